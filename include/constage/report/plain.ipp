// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_PLAIN_IPP_INCLUDED
#define CONSTAGE_REPORT_PLAIN_IPP_INCLUDED

#include <fmt/format.h>
#include <constage/plan/resolve.hpp>
#include <constage/report/plain.hpp>

namespace constage::report {

namespace plain_detail {

inline constexpr std::uint64_t short_transfer = 8'000'000;

}  // namespace plain_detail

CONSTAGE_INLINE void plain::planned(std::vector<engine::task_info> const& tasks) {
    tasks_.clear();
    last_ = static_cast<std::size_t>(-1);
    for (auto const& t : tasks) tasks_.emplace_back().info = t;
}

/// A blank line where the talk is of another task than before.
CONSTAGE_INLINE void plain::line(std::size_t task, std::string_view text) {
    auto const gap = last_ != task && last_ != static_cast<std::size_t>(-1);
    last_ = task;
    to_.write(fmt::format("{}#{} {}\n", gap ? "\n" : "", tasks_[task].number, text));
}

CONSTAGE_INLINE void plain::introduce(std::size_t task) {
    auto& t = tasks_[task];
    if (t.number != 0) return;
    t.number = ++seen_;
    t.origin = to_.now();
    line(task, title_of(t.info));
}

CONSTAGE_INLINE void plain::started(std::size_t task, std::int64_t at) {
    introduce(task);
    tasks_[task].begin = at;
}

CONSTAGE_INLINE void plain::output(std::size_t task, int fd, std::string_view bytes) {
    introduce(task);
    auto const elapsed = static_cast<double>(to_.now() - tasks_[task].origin) * 1e-9;
    tasks_[task].lines[fd].add(bytes, [&](std::string_view text) { line(task, fmt::format("{:.3f} {}", elapsed, text)); });
}

/// Every quarter of a transfer that takes a while, every 64 MB if its size is not known.
CONSTAGE_INLINE void plain::transferred(std::size_t task, std::uint64_t done, std::uint64_t total) {
    if (total != 0 && total < plain_detail::short_transfer) return;
    introduce(task);
    auto const share = total != 0 ? 4 * done / total : done / 64'000'000;
    if (share <= tasks_[task].told) return;
    tasks_[task].told = share;
    line(task, total != 0 ? bytes_text(done) + " / " + bytes_text(total) : bytes_text(done));
}

CONSTAGE_INLINE void plain::finished(std::size_t task, engine::outcome how, std::int64_t at, std::string const& why) {
    using engine::outcome;
    auto& t = tasks_[task];
    if (how == outcome::skipped) return;
    bool const never_started = t.number == 0;
    introduce(task);
    auto const elapsed = static_cast<double>(to_.now() - t.origin) * 1e-9;
    for (auto& [fd, lines] : t.lines) lines.end([&](std::string_view text) { line(task, fmt::format("{:.3f} {}", elapsed, text)); });
    switch (how) {
        case outcome::done:
            line(task, "DONE " + seconds_text(never_started ? 0 : at - t.begin) + (why.empty() ? "" : " (" + why + ")"));
            break;
        case outcome::cached:
            line(task, "CACHED");
            break;
        case outcome::failed:
            line(task, "ERROR: " + why);
            break;
        case outcome::cancelled:
            line(task, "CANCELED");
            break;
        case outcome::skipped:
            break;
    }
}

CONSTAGE_INLINE void plain::warning(plan::source const& where, std::string const& message) {
    auto const place = plan::where(where);
    to_.write("WARNING: " + message + (place.empty() ? "" : " (" + place + ")") + "\n");
}

}  // namespace constage::report

#endif
