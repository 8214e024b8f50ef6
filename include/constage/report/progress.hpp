// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_PROGRESS_HPP_INCLUDED
#define CONSTAGE_REPORT_PROGRESS_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/observer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

/// Views of a running build. Each is an observer that writes text into a sink; none touches a file descriptor.
namespace constage::report {

/// --progress; `automatic` is for the caller to decide.
enum class style : unsigned char { automatic, tty, plain, json, quiet };

struct screen {
    int columns = 80, rows = 24;
};

/// Where a view writes to.
struct sink {
    std::function<void(std::string_view)> write;  ///< whole lines, or whole frames of the live view
    std::function<screen()> size = {};            ///< of the terminal, asked before each frame; empty: 80 by 24
    std::function<std::int64_t()> clock = {};     ///< nanoseconds, monotonic; empty: the machine's

    std::int64_t now() const {
        return clock ? clock()
                     : std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
    }
};

/// A view that has an end: after it nothing is written any more and the terminal is as it was.
class progress : public engine::observer {
public:
    virtual void end() {}
};

/// `automatic` is plain here.
std::unique_ptr<progress> make_progress(style how, sink to);

}  // namespace constage::report

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/report/progress.ipp>
#endif
#endif
