// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_PROCESS_IPP_INCLUDED
#define CONSTAGE_SANDBOX_PROCESS_IPP_INCLUDED

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/sandbox/process.hpp>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>

namespace constage::sandbox {

namespace process_detail {

/// All that the child needs, made before it starts: it shares memory with a thread that may not go on until exec.
struct order {
    char const* path;
    int executable;
    std::vector<char*> argv, env;
    char const* directory;
    int in, out, err;
    bool session, pid_namespace;
    char const* failed = nullptr;  ///< by the child: what went wrong
    int error = 0;
};

CONSTAGE_INLINE int give_up(order& o, char const* what) {
    o.failed = what;
    o.error = errno;
    return 127;
}

/// Runs in the child. Only system calls from here on.
CONSTAGE_INLINE int run_child(void* argument) {
    auto& o = *static_cast<order*>(argument);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (o.session) ::setsid();
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    for (int signal = 1; signal < 65; ++signal)
        if (signal != SIGKILL && signal != SIGSTOP) ::sigaction(signal, &standard, nullptr);
    if (o.pid_namespace && ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
        return give_up(o, "mount /proc");
    // The numbers of the three may not be 0, 1 or 2 themselves: dup'ed out of the way first.
    int const in = ::fcntl(o.in, F_DUPFD, 3), out = ::fcntl(o.out, F_DUPFD, 3), err = ::fcntl(o.err, F_DUPFD, 3);
    if (::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(err, 2) < 0) return give_up(o, "set up its output");
    auto first = 3u;  // that is not needed any more
    if (o.executable >= 0) {
        if (o.executable != 3 && ::dup3(o.executable, 3, O_CLOEXEC) < 0) return give_up(o, "keep its executable open");
        first = 4;
    }
    if (::syscall(SYS_close_range, first, ~0u, 0u) != 0)
        for (auto fd = static_cast<int>(first); fd < 65536; ++fd) ::close(fd);
    // The builder may have died before PR_SET_PDEATHSIG was in force: then nobody reads the output.
    pollfd reader{1, 0, 0};
    if (::poll(&reader, 1, 0) == 1 && (reader.revents & POLLERR) != 0) return 127;
    if (::chdir(o.directory) != 0) return give_up(o, "enter its directory");
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (o.executable >= 0) ::syscall(SYS_execveat, 3, "", o.argv.data(), o.env.data(), AT_EMPTY_PATH);
    ::execve(o.path, o.argv.data(), o.env.data());
    return give_up(o, "start");
}

CONSTAGE_INLINE std::vector<char*> pointers(std::vector<std::string> const& words) {
    std::vector<char*> result;
    for (auto const& w : words) result.push_back(const_cast<char*>(w.c_str()));  // execve does not write
    result.push_back(nullptr);
    return result;
}

}  // namespace process_detail

CONSTAGE_INLINE std::string find_program(std::string const& name) {
    if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0 ? name : "";
    auto const* path = std::getenv("PATH");
    std::istringstream places(std::string(path ? path : "") + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    for (std::string place; std::getline(places, place, ':');) {
        auto const candidate = place + "/" + name;
        struct stat st {};
        if (place.starts_with('/') && ::access(candidate.c_str(), X_OK) == 0 && ::stat(candidate.c_str(), &st) == 0 && S_ISREG(st.st_mode))
            return candidate;
    }
    return "";
}

CONSTAGE_INLINE blocked_signals::blocked_signals() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
}
CONSTAGE_INLINE blocked_signals::~blocked_signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

CONSTAGE_INLINE void child::kill() const { ::kill(pid, SIGKILL); }

CONSTAGE_INLINE int child::wait() const {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) throw cannot("wait for a process");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

CONSTAGE_INLINE child spawn(program const& what) {
    using namespace process_detail;
    descriptor const null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!null) throw cannot("open /dev/null");
    order o{what.argv.front().c_str(),
            what.executable,
            pointers(what.argv),
            pointers(what.env),
            what.directory.c_str(),
            what.in < 0 ? null.get() : what.in,
            what.out,
            what.err,
            what.session,
            what.pid_namespace};
    constexpr std::size_t stack_size = 64 * 1024;
    auto const stack = std::make_unique<char[]>(stack_size);
    auto const top = reinterpret_cast<char*>(reinterpret_cast<std::uintptr_t>(stack.get() + stack_size) & ~std::uintptr_t{15});
    int handle = -1;
    blocked_signals const no_handler_in_borrowed_memory;
    // As vfork: the child borrows memory until exec, so a big builder starts it as fast as a small one.
    auto const flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD | (what.pid_namespace ? CLONE_NEWPID : 0);
    auto const pid = ::clone(run_child, top, flags, &o, &handle);
    if (pid < 0) throw cannot("start a process");
    child started{pid, descriptor(handle)};
    if (o.failed) {
        started.wait();
        throw failure("cannot " + std::string(o.failed) + " (" + what.argv.front() + "): " + std::strerror(o.error));
    }
    return started;
}

CONSTAGE_INLINE int watch(child const& running, int out, int err, std::stop_token const& stop,
                          std::function<void(int, std::string_view)> const& output) {
    descriptor const stopped(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!stopped) throw cannot("make an eventfd");
    std::stop_callback const on_stop(stop, [fd = stopped.get()] {
        std::uint64_t const one = 1;
        [[maybe_unused]] auto const n = ::write(fd, &one, sizeof one);
    });
    // Whatever happens, no process stays behind.
    struct reaper {
        child const& c;
        bool done = false;
        ~reaper() {
            if (done) return;
            c.kill();
            try {
                c.wait();
            } catch (failure const&) {  // there is none any more
            }
        }
    } guard{running};
    pollfd files[] = {{out, POLLIN, 0}, {err, POLLIN, 0}, {running.handle.get(), POLLIN, 0}, {stopped.get(), POLLIN, 0}};
    char buffer[16384];
    while (files[0].fd >= 0 || files[1].fd >= 0 || files[2].fd >= 0) {
        // When the child has ended, what it wrote is in the pipes; nobody who is alive writes there.
        auto const ended = files[2].fd < 0;
        auto const ready = ::poll(files, 4, ended ? 100 : -1);
        if (ready < 0 && errno != EINTR) throw cannot("wait for output");
        if (ready <= 0 && ended) break;
        if (ready <= 0) continue;
        for (int i : {0, 1})
            if (files[i].fd >= 0 && files[i].revents != 0) {
                auto const n = ::read(files[i].fd, buffer, sizeof buffer);
                if (n > 0 && output) output(i + 1, std::string_view(buffer, static_cast<std::size_t>(n)));
                if (n == 0 || (n < 0 && errno != EINTR)) files[i].fd = -1;
            }
        if (files[2].fd >= 0 && files[2].revents != 0) files[2].fd = -1;
        if (files[3].fd >= 0 && files[3].revents != 0) {
            running.kill();
            files[3].fd = -1;
        }
    }
    guard.done = true;
    return running.wait();
}

}  // namespace constage::sandbox

#endif
