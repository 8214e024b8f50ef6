// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_INTERRUPT_HPP_INCLUDED
#define CONSTAGE_CLI_INTERRUPT_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <stop_token>
#include <thread>

namespace constage::cli {

/// SIGINT and SIGTERM while it lives: the first asks the build to stop, the second ends the program at once (exit code 128 + signal).
/// Only programs take signals, the library never does. One at a time.
class interrupt {
public:
    interrupt();
    ~interrupt();
    interrupt(interrupt const&) = delete;
    interrupt& operator=(interrupt const&) = delete;
    std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
    std::thread watcher_;  ///< a signal handler may do next to nothing, so a thread does it
};

}  // namespace constage::cli

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/cli/interrupt.ipp>
#endif
#endif
