// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_PROCESS_HPP_INCLUDED
#define CONSTAGE_SANDBOX_PROCESS_HPP_INCLUDED

#include <signal.h>
#include <sys/types.h>

#include <constage/detail/config.hpp>
#include <constage/sandbox/descriptor.hpp>

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace constage::sandbox {

/// No signal handler of the program runs on this thread as long as this lives: its handlers do not expect another view of the files.
class blocked_signals {
public:
    blocked_signals();
    ~blocked_signals();
    blocked_signals(blocked_signals const&) = delete;
    blocked_signals& operator=(blocked_signals const&) = delete;

private:
    sigset_t before_{};
};

/// An executable by its name (looked up in PATH and the usual places) or path; empty if there is none.
std::string find_program(std::string const& name);

struct program {
    std::vector<std::string> argv;  ///< argv[0] is the path of the executable
    int executable = -1;            ///< it opened, to be started instead of what the path names now
    std::vector<std::string> env;   ///< "K=V"
    std::string directory = "/";
    int out = -1, err = -1;      ///< its stdout and stderr; nothing else is open but stdin
    int in = -1;                 ///< its stdin; -1: /dev/null
    bool session = true;         ///< of its own, away from this process's terminal
    bool pid_namespace = false;  ///< it is process 1 of a namespace with a /proc of its own: whatever it starts dies with it
};

/// A child that was not waited for yet. It is killed if the *thread* that started it ends, or if this process is killed.
struct child {
    pid_t pid = -1;
    descriptor handle;  ///< pidfd: readable when the child has ended

    void kill() const;
    /// Exit code, or 128 + signal.
    int wait() const;
};

/// Starts a program in the namespaces of the calling thread: default signals, no inherited descriptor. Nothing runs
/// in the child that could not in a process with threads. Throws constage::failure.
child spawn(program const& what);

/// Hands what comes from `out` and `err` to `output` (1 or 2, bytes) until the child has ended, but kills it when `stop` fires or
/// `output` throws. Returns what child::wait returns.
int watch(child const& running, int out, int err, std::stop_token const& stop, std::function<void(int, std::string_view)> const& output);

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/process.ipp>
#endif
#endif
