// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_USER_NAMESPACE_IPP_INCLUDED
#define CONSTAGE_SANDBOX_USER_NAMESPACE_IPP_INCLUDED

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/sandbox/descriptor.hpp>
#include <constage/sandbox/process.hpp>
#include <constage/sandbox/user_namespace.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace constage::sandbox {

CONSTAGE_INLINE std::string user_name() {
    passwd entry{}, *found = nullptr;
    char buffer[4096];
    if (::getpwuid_r(::getuid(), &entry, buffer, sizeof buffer, &found) == 0 && found) return found->pw_name;
    return std::to_string(::getuid());
}

namespace user_namespace_detail {

/// Runs newuidmap or newgidmap: inside, root is the user, and 1… are the subordinate ids.
CONSTAGE_INLINE void map_ids(std::string const& tool, pid_t pid, unsigned long own, std::vector<id_range> const& ranges) {
    std::vector<std::string> words = {tool, std::to_string(pid), "0", std::to_string(own), "1"};
    unsigned long inside = 1;
    for (auto const& r : ranges) {
        words.insert(words.end(), {std::to_string(inside), std::to_string(r.start), std::to_string(r.count)});
        inside += r.count;
    }
    std::vector<char*> argv;
    for (auto& w : words) argv.push_back(w.data());
    argv.push_back(nullptr);
    auto [messages, messages_end] = make_pipe();
    auto const child = ::fork();
    if (child < 0) throw cannot("start " + tool);
    if (child == 0) {
        ::dup2(messages_end.get(), 2);
        ::execv(tool.c_str(), argv.data());
        ::_exit(127);
    }
    messages_end.reset();
    std::string said;
    char buffer[512];
    for (ssize_t n; (n = ::read(messages.get(), buffer, sizeof buffer)) > 0;) said.append(buffer, static_cast<std::size_t>(n));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (status != 0) {
        while (said.ends_with('\n')) said.pop_back();
        throw failure("cannot map user ids: " + (said.empty() ? tool + " failed" : said))
            .with_hint("newuidmap and newgidmap must be setuid root, and /etc/subuid and /etc/subgid must list " + user_name());
    }
}

/// Runs in the child: becomes root of the new namespace once the ids are mapped, and starts the program again.
[[noreturn]] CONSTAGE_INLINE void run_inside(char** argv, int unshared, int mapped) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    int error = ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? 0 : errno;
    [[maybe_unused]] auto const told = ::write(unshared, &error, sizeof error);
    char go = 0;
    if (error != 0 || ::read(mapped, &go, 1) != 1) ::_exit(127);
    if (::setgroups(0, nullptr) != 0 || ::setresgid(0, 0, 0) != 0 || ::setresuid(0, 0, 0) != 0) {
        ::perror("constage: cannot become root of the user namespace");
        ::_exit(127);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // changing ids has cleared it
    ::setenv("CONSTAGE_USER_NAMESPACE", "1", 1);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execv("/proc/self/exe", argv);
    ::perror("constage: cannot start again");
    ::_exit(127);
}

CONSTAGE_INLINE sigset_t passed_on() {
    sigset_t set;
    sigemptyset(&set);
    for (auto const signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD}) sigaddset(&set, signal);
    return set;
}

/// Passes signals on until the child ends. What the terminal sends goes to the whole foreground group anyway.
CONSTAGE_INLINE int attend(pid_t child, sigset_t const& signals) {
    for (;;) {
        int status = 0;
        auto const ended = ::waitpid(child, &status, WNOHANG);
        if (ended == child) return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        if (ended < 0 && errno != EINTR) throw cannot("wait for the build");
        siginfo_t info{};
        auto const signal = ::sigwaitinfo(&signals, &info);
        if (signal > 0 && signal != SIGCHLD && info.si_code <= 0) ::kill(child, signal);
    }
}

CONSTAGE_INLINE obstacle obstacle_of(int error) {
    auto const says = [](char const* file, char const* value) { return slurp(file).starts_with(value); };
    if (says("/proc/sys/kernel/unprivileged_userns_clone", "0"))
        return {"kernel.unprivileged_userns_clone is 0", "sudo sysctl kernel.unprivileged_userns_clone=1"};
    if (says("/proc/sys/user/max_user_namespaces", "0\n"))
        return {"user.max_user_namespaces is 0", "sudo sysctl user.max_user_namespaces=65536"};
    if (says("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"))
        return {"AppArmor restricts user namespaces", "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"};
    return {std::strerror(error), "run as root; in a container, allow it user namespaces (docker run --security-opt seccomp=unconfined …)"};
}

}  // namespace user_namespace_detail

CONSTAGE_INLINE std::vector<id_range> subordinate_ids(std::string_view text, std::string const& name, unsigned long uid) {
    std::vector<id_range> ranges;
    auto const number = [](std::string_view digits, unsigned long& value) {
        auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return error == std::errc{} && end == digits.data() + digits.size();
    };
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        auto const line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        auto const first = line.find(':'), second = line.find(':', first == std::string_view::npos ? first : first + 1);
        if (second == std::string_view::npos) continue;
        auto const owner = line.substr(0, first);
        id_range r;
        if ((owner == name || owner == std::to_string(uid)) && number(line.substr(first + 1, second - first - 1), r.start) &&
            number(line.substr(second + 1), r.count) && r.count != 0)
            ranges.push_back(r);
    }
    return ranges;
}

CONSTAGE_INLINE bool has_privilege() {
    if (::geteuid() != 0) return false;
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
    if (::syscall(SYS_capget, &header, sets) != 0) return false;
    return (sets[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & CAP_TO_MASK(CAP_SYS_ADMIN)) != 0;
}

CONSTAGE_INLINE std::optional<int> enter_user_namespace(int, char** argv) {
    using namespace user_namespace_detail;
    if (has_privilege()) return std::nullopt;
    auto const name = user_name();
    auto const uids = subordinate_ids(slurp("/etc/subuid"), name, ::getuid()),
               gids = subordinate_ids(slurp("/etc/subgid"), name, ::getuid());
    if (uids.empty() || gids.empty())
        throw failure(name + " has no subordinate ids in " + (uids.empty() ? "/etc/subuid" : "/etc/subgid") +
                      ", and RUN needs more than one user")
            .with_hint("sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 " + name);
    auto const newuidmap = find_program("newuidmap"), newgidmap = find_program("newgidmap");
    if (newuidmap.empty() || newgidmap.empty())
        throw failure("RUN without root needs newuidmap and newgidmap").with_hint("sudo apt-get install uidmap (elsewhere: shadow-utils)");
    auto [unshared, unshared_end] = make_pipe();
    auto [mapped, mapped_end] = make_pipe();
    auto const signals = passed_on();
    sigset_t before;
    ::sigprocmask(SIG_BLOCK, &signals, &before);
    auto const child = ::fork();
    if (child < 0) throw cannot("start a process");
    if (child == 0) {
        mapped_end.reset();
        run_inside(argv, unshared_end.get(), mapped.get());
    }
    unshared_end.reset();
    int error = EPERM;
    [[maybe_unused]] auto const heard = ::read(unshared.get(), &error, sizeof error);
    try {
        if (error != 0) {
            auto const why = obstacle_of(error);
            throw failure("cannot make a user namespace: " + why.reason).with_hint(why.fix);
        }
        map_ids(newuidmap, child, ::getuid(), uids);
        map_ids(newgidmap, child, ::getgid(), gids);
        if (::write(mapped_end.get(), "1", 1) != 1) throw cannot("start the build in its user namespace");
    } catch (failure const&) {
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        ::sigprocmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
    auto const code = attend(child, signals);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    return code;
}

CONSTAGE_INLINE std::optional<obstacle> user_namespace_obstacle() {
    auto [answer, answer_end] = make_pipe();
    auto const child = ::fork();
    if (child < 0) return obstacle{std::strerror(errno), ""};
    if (child == 0) {
        int const error = ::unshare(CLONE_NEWUSER) == 0 ? 0 : errno;
        [[maybe_unused]] auto const told = ::write(answer_end.get(), &error, sizeof error);
        ::_exit(0);
    }
    answer_end.reset();
    int error = EPERM;
    [[maybe_unused]] auto const heard = ::read(answer.get(), &error, sizeof error);
    ::waitpid(child, nullptr, 0);
    if (error == 0) return std::nullopt;
    return user_namespace_detail::obstacle_of(error);
}

}  // namespace constage::sandbox

#endif
