// SPDX-License-Identifier: BSL-1.0
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <constage/failure.hpp>
#include <constage/sandbox/connection.hpp>
#include <constage/sandbox/network.hpp>
#include <constage/sandbox/process.hpp>
#include <constage/sandbox/runtime.hpp>
#include <constage/sandbox/seccomp.hpp>
#include <constage/sandbox/spec.hpp>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "container.hpp"

using namespace constage;
using namespace constage::testing;
using Catch::Matchers::Contains;

TEST_CASE("capabilities and filters are those of BuildKit", "[sandbox]") {
    if (!can_run()) return;
    container run;
    CHECK(run("cat /proc/self/status") == 0);
    for (auto const* line : {"CapInh:\t0000000000000000\n", "CapPrm:\t00000000a80425fb\n", "CapEff:\t00000000a80425fb\n",
                             "CapBnd:\t00000000a80425fb\n", "CapAmb:\t0000000000000000\n", "NoNewPrivs:\t0\n", "Seccomp:\t2\n"})
        CHECK_THAT(run.out, Contains(line));
}

TEST_CASE("namespaces of its own", "[sandbox][R020][R015][B018]") {
    if (!can_run()) return;
    container run;
    run.request.hostname = "somewhere";
    run.request.extra_hosts = {"db:10.1.2.3", "v6:fd00::5"};
    CHECK(run("hostname; echo $$; for n in mnt pid ipc uts net; do readlink /proc/self/ns/$n; done; cat /etc/hosts; ip -o link") == 0);
    CHECK_THAT(run.out, Catch::StartsWith("somewhere\n1\n"));
    CHECK_THAT(run.out, Contains("10.1.2.3\tdb\n"));
    CHECK_THAT(run.out, Contains("fd00::5\tv6\n"));
    CHECK_THAT(run.out, Contains("127.0.0.1\tlocalhost somewhere\n"));
    CHECK_THAT(run.out, Contains("1: lo: <LOOPBACK,UP"));
    CHECK_THAT(run.out, !Contains("2: "));
    for (auto const* n : {"mnt", "pid", "ipc", "uts", "net"})
        CHECK_THAT(run.out, !Contains(fs::read_symlink(std::string("/proc/self/ns/") + n).string() + "\n"));
    run.request.network = "host";
    CHECK(run("readlink /proc/self/ns/net") == 0);
    CHECK(run.out == fs::read_symlink("/proc/self/ns/net").string() + "\n");
}

TEST_CASE("the default network is not this machine's if pasta is there", "[sandbox]") {
    if (!can_run()) return;
    if (sandbox::find_program("pasta").empty() || !sandbox::may_open_tun()) {
        WARN("skipped: needs pasta and /dev/net/tun");
        return;
    }
    container run;
    run.request.network = "default";
    CHECK(run("readlink /proc/self/ns/net; ip -o link | grep -c lo:") == 0);
    CHECK_THAT(run.out, !Contains(fs::read_symlink("/proc/self/ns/net").string()));
    CHECK_THAT(run.out, Contains("\n1\n"));
}

TEST_CASE("masked and read-only places", "[sandbox][R020]") {
    if (!can_run()) return;
    container run;
    CHECK(run("echo 1 > /proc/sys/kernel/panic") != 0);
    CHECK(run("echo h > /proc/sysrq-trigger") != 0);
    CHECK(run("cat /proc/keys /proc/timer_list 2>/dev/null; ls /proc/acpi /sys/firmware 2>/dev/null | grep -v :; true") == 0);
    CHECK_THAT(run.out, !Contains("Timer"));
    CHECK(run("mkdir /sys/x") != 0);
    CHECK(run("touch /etc/hosts") != 0);
    CHECK(run("mount | grep -E ' on /(proc|dev|dev/pts|dev/shm|dev/mqueue|sys) '") == 0);
    CHECK_THAT(run.out, Contains("tmpfs on /dev type tmpfs (rw,nosuid,size=65536k,mode=755"));
    CHECK_THAT(run.out, Contains("sysfs on /sys type sysfs (ro,nosuid,nodev,noexec,relatime)"));
    CHECK_THAT(run.out, Contains("shm on /dev/shm type tmpfs (rw,nosuid,nodev,noexec,relatime,size=65536k"));
}

TEST_CASE("system calls that make namespaces or mounts are refused", "[sandbox]") {
    if (!can_run()) return;
    container run;
    CHECK(run("unshare -U true") != 0);
    CHECK(run("unshare -n true") != 0);
    CHECK(run("mount -t tmpfs none /tmp") != 0);
}

TEST_CASE("device files can be made but not opened, but for the harmless ones", "[sandbox]") {
    if (!can_run()) return;
    container run;
    CHECK(run("for d in null zero full random urandom tty ptmx; do test -e /dev/$d || exit 1; done; echo x > /dev/null; test $(ls /dev | "
              "wc -l) -lt 20") == 0);
    CHECK(run("mknod /tmp/null c 1 3 && echo x > /tmp/null") == 0);
    CHECK(run("mknod /tmp/kmsg c 1 11 && mknod /dev/kmsg2 c 1 11") == 0);
    if (!sandbox::in_initial_user_namespace() ||
        (!fs::exists("/sys/fs/cgroup/devices") && !fs::exists("/sys/fs/cgroup/cgroup.controllers"))) {
        WARN("skipped: no cgroup that could limit devices");
        return;
    }
    CHECK(run("mknod /tmp/kmsg c 1 11 && head -c 1 /tmp/kmsg") != 0);
    CHECK(run("mknod /dev/kmsg2 c 1 11 && cat < /dev/kmsg2") != 0);
}

TEST_CASE("--security=insecure", "[sandbox][R016]") {
    if (!can_run()) return;
    container run;
    run.request.insecure = true;
    CHECK(run("grep -E 'CapEff|CapAmb|Seccomp:' /proc/self/status; mount -t tmpfs none /tmp && mount | grep ' on /tmp '") == 0);
    CHECK_THAT(run.out, Contains("Seccomp:\t0\n"));
    CHECK_THAT(run.out, Contains("none on /tmp type tmpfs"));
    CHECK_THAT(run.out, !Contains("CapAmb:\t0000000000000000"));
}

TEST_CASE("the filter is an allow list with conditions", "[sandbox]") {
    auto const profile = nlohmann::json::parse(sandbox::seccomp_profile());
    CHECK(profile["defaultAction"] == "SCMP_ACT_ERRNO");
    CHECK(profile["defaultErrnoRet"] == 1);
    std::multiset<std::string> always;
    for (auto const& rule : profile["syscalls"]) {
        if (rule.contains("args")) {
            CHECK(rule["names"].size() == 1);
            continue;
        }
        if (rule["action"] == "SCMP_ACT_ALLOW")
            for (auto const& name : rule["names"]) always.insert(name);
    }
    for (auto const& name : always) CHECK(always.count(name) == 1);
    for (auto const* name : {"openat2", "execve", "statx", "mknodat", "chroot", "ptrace", "futex_waitv", "fchmodat2"})
        CHECK(always.count(name) == 1);
    for (auto const* name : {"mount",      "unshare",    "setns",           "bpf",         "io_uring_setup",    "keyctl", "add_key",
                             "clone",      "clone3",     "socket",          "personality", "open_by_handle_at", "reboot", "init_module",
                             "kexec_load", "pivot_root", "perf_event_open", "userfaultfd", "settimeofday",      "swapon", "quotactl"})
        CHECK(always.count(name) == 0);
}

namespace {

/// What the kernel would do with a system call: the program, step by step, as far as filters of seccomp go.
std::uint32_t verdict(std::string const& program, seccomp_data const& call) {
    std::vector<sock_filter> steps(program.size() / sizeof(sock_filter));
    std::memcpy(steps.data(), program.data(), steps.size() * sizeof(sock_filter));
    std::uint32_t a = 0;
    for (std::size_t at = 0;;) {
        auto const s = steps.at(at++);
        auto const jump = [&](bool met) { at += met ? s.jt : s.jf; };
        switch (s.code) {
            case BPF_LD | BPF_W | BPF_ABS:
                std::memcpy(&a, reinterpret_cast<char const*>(&call) + s.k, sizeof a);
                break;
            case BPF_ALU | BPF_AND | BPF_K:
                a &= s.k;
                break;
            case BPF_JMP | BPF_JA:
                at += s.k;
                break;
            case BPF_JMP | BPF_JEQ | BPF_K:
                jump(a == s.k);
                break;
            case BPF_JMP | BPF_JGT | BPF_K:
                jump(a > s.k);
                break;
            case BPF_JMP | BPF_JGE | BPF_K:
                jump(a >= s.k);
                break;
            case BPF_JMP | BPF_JSET | BPF_K:
                jump((a & s.k) != 0);
                break;
            case BPF_RET | BPF_K:
                return s.k;
            default:
                throw std::runtime_error("no step of a filter: " + std::to_string(s.code));
        }
    }
}

}  // namespace

TEST_CASE("the compiled filter does what the profile says", "[sandbox]") {
    auto const& program = sandbox::seccomp_program();
    REQUIRE(!program.empty());
    auto const profile = nlohmann::json::parse(sandbox::seccomp_profile());
    std::set<std::string> always;
    for (auto const& rule : profile["syscalls"])
        if (!rule.contains("args") && rule["action"] == "SCMP_ACT_ALLOW")
            for (auto const& name : rule["names"]) always.insert(name);
    auto const deny = SECCOMP_RET_ERRNO | EPERM;
    auto const does = [&](std::uint32_t architecture, int number, std::uint64_t argument = 0) {
        seccomp_data call{};
        call.nr = number, call.arch = architecture, call.args[0] = argument;
        return verdict(program, call);
    };
    auto const native = seccomp_arch_native();
    std::set<std::string> const conditional{"socket", "personality", "clone", "clone3"};
    struct abi {
        std::uint32_t names, architecture;  ///< whose names; what the kernel tells the filter
        int first;                          ///< number
    };
    std::vector<abi> abis{{native, native, 0}};
    if (native == SCMP_ARCH_X86_64) {
        abis.push_back({SCMP_ARCH_X86, SCMP_ARCH_X86, 0});
        abis.push_back({SCMP_ARCH_X32, SCMP_ARCH_X86_64, 0x40000000});
    }
    for (auto const& abi : abis) {
        std::size_t allowed = 0;
        for (int number = abi.first; number < abi.first + 1024; ++number) {
            std::unique_ptr<char, decltype(&std::free)> const name(seccomp_syscall_resolve_num_arch(abi.names, number), std::free);
            if (name && conditional.count(name.get())) continue;
            CAPTURE(abi.names, number);
            CHECK(does(abi.architecture, number) == (name && always.count(name.get()) ? SECCOMP_RET_ALLOW : deny));
            allowed += does(abi.architecture, number) == SECCOMP_RET_ALLOW;
        }
        CHECK(allowed > 200);
        auto const named = [&](char const* name, std::uint64_t argument) {
            auto const number = seccomp_syscall_resolve_name_arch(abi.names, name);
            // Of what x86 also does through socketcall, libseccomp tells no number.
            return does(abi.architecture, number < 0 && abi.names == SCMP_ARCH_X86 ? 359 : number, argument);
        };
        for (std::uint64_t const family : {0u, 1u, 2u, 10u, 37u, 39u, 41u, 45u}) CHECK(named("socket", family) == SECCOMP_RET_ALLOW);
        // The kernel takes 32 bits of the family: AF_ALG, whatever is above them.
        for (std::uint64_t const family : {38ull, 40ull, 0x1'0000'0026ull, 0x1'0000'0028ull}) {
            CAPTURE(abi.names, family);
            if (family < 0x1'0000'0000 || abi.names != SCMP_ARCH_X86) CHECK(named("socket", family) == deny);
        }
        for (std::uint64_t const persona : {0x0u, 0x8u, 0x20000u, 0x20008u, 0xffffffffu})
            CHECK(named("personality", persona) == SECCOMP_RET_ALLOW);
        CHECK(named("personality", 1) == deny);
#if !defined(__s390x__)
        CHECK(named("clone", SIGCHLD) == SECCOMP_RET_ALLOW);
        for (std::uint64_t const space : {0x20000u, 0x2000000u, 0x4000000u, 0x8000000u, 0x10000000u, 0x20000000u, 0x40000000u})
            CHECK(named("clone", space | SIGCHLD) == deny);
#endif
        CHECK(named("clone3", 0) == (SECCOMP_RET_ERRNO | ENOSYS));
        CHECK(does(abi.architecture, -1) == deny);
    }
    CHECK(does(0xdeadbeef, 0) == SECCOMP_RET_KILL_THREAD);  // no architecture that there is
    CHECK(program.size() / sizeof(sock_filter) <= BPF_MAXINSNS);
}

TEST_CASE("what runtimes say when a command cannot start", "[sandbox]") {
    CHECK(sandbox::exit_code_of("executable file `x` not found in $PATH: No such file or directory") == 127);
    CHECK(sandbox::exit_code_of("runc run failed: unable to start container process: exec: \"x\": executable file not found in $PATH") ==
          127);
    CHECK(sandbox::exit_code_of("runc run failed: unable to start container process: exec: \"/x\": stat /x: no such file or directory") ==
          127);
    CHECK(sandbox::exit_code_of("open executable: Operation not permitted") == 126);
    CHECK(sandbox::exit_code_of("runc run failed: unable to start container process: exec: \"/x\": permission denied") == 126);
    CHECK(sandbox::exit_code_of("open `/x/root/etc/resolv.conf`: No such file or directory") == 0);
    CHECK(sandbox::exit_code_of("mount `proc` to `proc`: Operation not permitted") == 0);
}

TEST_CASE("resolvers that only this machine can reach", "[sandbox]") {
    CHECK(sandbox::only_loopback_servers("search x\nnameserver 127.0.0.53\noptions edns0\n"));
    CHECK(sandbox::only_loopback_servers("nameserver ::1\nnameserver 127.0.0.1\n"));
    CHECK(!sandbox::only_loopback_servers("nameserver 127.0.0.1\nnameserver 10.0.0.1\n"));
    CHECK(!sandbox::only_loopback_servers(""));
}

TEST_CASE("containers share a connection one after the other, never at the same time", "[sandbox]") {
    if (!can_run()) return;
    if (sandbox::find_program("pasta").empty() || !sandbox::may_open_tun()) {
        WARN("skipped: needs pasta and /dev/net/tun");
        return;
    }
    auto const networks = engine::share_networks();
    auto const name_space = [&](std::string const& then) {
        container run;
        run.host.networks = networks;
        run.request.network = "default";
        CHECK(run("readlink /proc/self/ns/net; " + then) == 0);
        return run.out;
    };
    auto const first = name_space("true");
    CHECK(name_space("true") == first);
    std::string one, two;
    {
        std::jthread other([&] { one = name_space("sleep 2"); });
        two = name_space("sleep 2");
    }
    CHECK(one != two);
    CHECK((one == first || two == first));
}
