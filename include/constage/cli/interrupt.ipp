// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_INTERRUPT_IPP_INCLUDED
#define CONSTAGE_CLI_INTERRUPT_IPP_INCLUDED

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <constage/cli/interrupt.hpp>
#include <constage/failure.hpp>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace constage::cli {

namespace interrupt_detail {

inline std::atomic<int> event = -1;
inline std::atomic<int> seen = 0;
inline struct sigaction before_int, before_term;

extern "C" inline void constage_on_signal(int number) {
    if (seen.fetch_add(1) != 0) ::_exit(128 + number);
    int const kept = errno;
    std::uint64_t const one = 1;
    [[maybe_unused]] auto const written = ::write(event.load(), &one, sizeof one);
    errno = kept;
}

}  // namespace interrupt_detail

CONSTAGE_INLINE interrupt::interrupt() {
    using namespace interrupt_detail;
    seen = 0;
    event = ::eventfd(0, EFD_CLOEXEC);
    if (event < 0) throw failure(std::string("cannot watch for signals: ") + std::strerror(errno));
    watcher_ = std::thread([this] {
        std::uint64_t count = 0;
        while (::read(event.load(), &count, sizeof count) < 0 && errno == EINTR) {}
        if (seen != 0) source_.request_stop();
    });
    struct sigaction action {};
    action.sa_handler = constage_on_signal;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, &before_int);
    ::sigaction(SIGTERM, &action, &before_term);
}

CONSTAGE_INLINE interrupt::~interrupt() {
    using namespace interrupt_detail;
    ::sigaction(SIGINT, &before_int, nullptr);
    ::sigaction(SIGTERM, &before_term, nullptr);
    std::uint64_t const one = 1;
    [[maybe_unused]] auto const written = ::write(event.load(), &one, sizeof one);
    watcher_.join();
    ::close(event.exchange(-1));
}

}  // namespace constage::cli

#endif
