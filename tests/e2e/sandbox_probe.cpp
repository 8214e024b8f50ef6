// SPDX-License-Identifier: BSL-1.0
// What a process in a RUN is and may: one line each, for sandbox.py. Linked statically.
// System calls get arguments with which they cannot succeed. EPERM then is a filter's answer or that of a missing capability; whoever may
// make the call hears what is wrong with the arguments. So a sandbox with a hole harms nobody.
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

namespace {

void say(char const* kind, std::string const& name, std::string const& value) {
    std::printf("%s %s %s\n", kind, name.c_str(), value.c_str());
}

void copy_file(char const* kind, char const* path) {
    FILE* file = std::fopen(path, "r");
    char line[4096];
    while (file && std::fgets(line, sizeof line, file)) std::printf("%s %s", kind, line);
    if (file) std::fclose(file);
}

/// "ok", or the name of the error, of a call in a child: some of them, if they were allowed, would change the process.
template <class F>
void attempt(char const* name, F const& call) {
    std::fflush(stdout);
    pid_t const child = fork();
    if (child == 0) {
        errno = 0;
        call();
        _exit(errno);
    }
    int status = 0;
    waitpid(child, &status, 0);
    say("call", name, WIFSIGNALED(status) ? "killed" : WEXITSTATUS(status) == 0 ? "ok" : strerrorname_np(WEXITSTATUS(status)));
}

long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) { return syscall(number, a, b, c, d, e); }
long address(char const* text) { return reinterpret_cast<long>(text); }

void calls_without_a_right() {
    char const* const nowhere = "/does/not/exist";
    attempt("mount", [&] { call(SYS_mount, address(nowhere), address(nowhere), address("tmpfs")); });
    attempt("umount2", [&] { call(SYS_umount2, address(nowhere), 0); });
    attempt("pivot_root", [&] { call(SYS_pivot_root, address(nowhere), address(nowhere)); });
    attempt("move_mount", [] { call(429, -1, 0, -1, 0); });
    attempt("open_tree", [&] { call(428, -1, address(nowhere), 1); });
    attempt("fsopen", [&] { call(430, address(nowhere)); });
    attempt("mount_setattr", [&] { call(442, -1, address(nowhere)); });
    attempt("unshare(CLONE_NEWUSER)", [] { call(SYS_unshare, CLONE_NEWUSER); });
    attempt("unshare(CLONE_NEWNS)", [] { call(SYS_unshare, CLONE_NEWNS); });
    attempt("clone(CLONE_NEWUSER)", [] {
        if (call(SYS_clone, CLONE_NEWUSER | SIGCHLD) == 0) _exit(0);
    });
    attempt("clone3", [] { call(435); });
    attempt("setns", [] { call(SYS_setns, -1, 0); });
    attempt("sethostname", [] { call(SYS_sethostname, 0, -1); });
    attempt("keyctl", [] { call(SYS_keyctl, 9999); });
    attempt("add_key", [] { call(SYS_add_key); });
    attempt("request_key", [] { call(SYS_request_key); });
    attempt("bpf", [] { call(SYS_bpf, -1); });
    attempt("perf_event_open", [] { call(SYS_perf_event_open); });
    attempt("userfaultfd", [] { call(SYS_userfaultfd, -1); });
    attempt("io_uring_setup", [] { call(425, 1); });
    attempt("kexec_load", [] { call(SYS_kexec_load, 0, -1); });
    attempt("init_module", [] { call(SYS_init_module); });
    attempt("finit_module", [] { call(SYS_finit_module, -1); });
    attempt("delete_module", [&] { call(SYS_delete_module, address(nowhere)); });
    attempt("open_by_handle_at", [] { call(SYS_open_by_handle_at, -1); });
    attempt("fanotify_init", [] { call(SYS_fanotify_init, -1); });
    attempt("kcmp", [] { call(SYS_kcmp, getpid(), getpid()); });
    attempt("pidfd_getfd", [] { call(438, -1); });
    attempt("process_madvise", [] { call(440, -1); });
    attempt("reboot", [] { call(SYS_reboot); });
    attempt("swapon", [&] { call(SYS_swapon, address(nowhere)); });
    attempt("acct", [&] { call(SYS_acct, address(nowhere)); });
    attempt("quotactl", [&] { call(SYS_quotactl, -1, address(nowhere)); });
    attempt("settimeofday", [] { call(SYS_settimeofday, 1); });
    attempt("clock_settime", [] { call(SYS_clock_settime, -1); });
    attempt("syslog", [] { call(SYS_syslog, 99); });
#ifdef SYS_iopl
    attempt("iopl", [] { call(SYS_iopl, 99); });
#endif
    attempt("set_mempolicy", [] { call(SYS_set_mempolicy, -1); });
    attempt("socket(AF_ALG)", [] { socket(38, -1, 0); });
    attempt("socket(AF_VSOCK)", [] { socket(40, -1, 0); });
    attempt("personality(READ_IMPLIES_EXEC)", [] { call(SYS_personality, 0x0400000); });
}

void calls_that_work() {
    attempt("socket(AF_INET)", [] { socket(AF_INET, SOCK_STREAM, 0); });
    attempt("socket(AF_NETLINK)", [] { socket(AF_NETLINK, SOCK_RAW, 0); });
    attempt("socket(raw)", [] { socket(AF_INET, SOCK_RAW, 1); });
    attempt("personality(query)", [] { call(SYS_personality, 0xffffffff); });
    attempt("ptrace", [] { ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); });
    attempt("chroot", [] { [[maybe_unused]] int const r = chroot("/"); });
    attempt("chown", [] { [[maybe_unused]] int const r = chown("/", 0, 0); });
    attempt("setuid", [] { [[maybe_unused]] int const r = setuid(1); });
    attempt("mknod(character device)", [] { mknod("/dev/shm/c", S_IFCHR | 0600, makedev(1, 3)); });
    attempt("mknod(block device)", [] { mknod("/dev/shm/b", S_IFBLK | 0600, makedev(7, 0)); });
    attempt("mknod(fifo)", [] { mknod("/dev/shm/f", S_IFIFO | 0600, 0); });
    attempt("memfd_create", [] { call(SYS_memfd_create, address("x")); });
    attempt("write(/proc/sys)", [] { open("/proc/sys/kernel/hostname", O_WRONLY); });
    attempt("write(/etc/hosts)", [] { open("/etc/hosts", O_WRONLY); });
    attempt("write(/etc/resolv.conf)", [] { open("/etc/resolv.conf", O_WRONLY); });
    attempt("write(/sys)", [] { open("/sys/kernel/uevent_seqnum", O_WRONLY); });
    attempt("read(/dev/kmsg)", [] {
        if (mknod("/k", S_IFCHR | 0600, makedev(1, 11)) == 0) open("/k", O_RDONLY);
    });
}

}  // namespace

int main() {
    if (getpid() != 1) return std::fputs("this is for containers\n", stderr), 1;
    copy_file("status", "/proc/self/status");
    copy_file("mount", "/proc/self/mountinfo");
    copy_file("hosts", "/etc/hosts");
    copy_file("resolv", "/etc/resolv.conf");
    for (auto const* space : {"mnt", "pid", "ipc", "uts", "net", "user", "cgroup"}) {
        char to[100] = "";
        [[maybe_unused]] auto const n = readlink((std::string("/proc/self/ns/") + space).c_str(), to, sizeof to - 1);
        say("namespace", space, to);
    }
    for (auto* directory : {"/dev", "/proc/acpi", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"}) {
        DIR* const open = opendir(directory);
        while (auto const* entry = open ? readdir(open) : nullptr)
            if (entry->d_name[0] != '.') say("entry", directory, entry->d_name);
    }
    char host[100] = "";
    gethostname(host, sizeof host);
    say("host", "name", host);
    say("pid", "own", std::to_string(getpid()));
    for (auto const limit : {RLIMIT_NOFILE, RLIMIT_CORE}) {
        rlimit r{};
        getrlimit(limit, &r);
        say("limit", limit == RLIMIT_NOFILE ? "nofile" : "core", std::to_string(r.rlim_cur) + ":" + std::to_string(r.rlim_max));
    }
    calls_without_a_right();
    calls_that_work();
}
