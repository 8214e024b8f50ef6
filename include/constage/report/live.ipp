// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_LIVE_IPP_INCLUDED
#define CONSTAGE_REPORT_LIVE_IPP_INCLUDED

#include <fmt/format.h>
#include <constage/plan/resolve.hpp>
#include <constage/report/live.hpp>

#include <algorithm>
#include <chrono>

namespace constage::report {

namespace live_detail {

inline constexpr std::size_t tail_lines = 12;   ///< kept of each task
inline constexpr std::size_t lines_of_one = 6;  ///< shown of each task
inline constexpr std::size_t most_marks = 32;

CONSTAGE_INLINE std::string padded(std::string text, std::size_t columns) {
    auto const n = width(text);
    return n < columns ? text + std::string(columns - n, ' ') : text;
}

}  // namespace live_detail

CONSTAGE_INLINE live::live(sink to) : to_(std::move(to)), origin_(to_.now()) {}
CONSTAGE_INLINE live::~live() { end(); }

CONSTAGE_INLINE void live::planned(std::vector<engine::task_info> const& tasks) {
    std::lock_guard const hold(guard_);
    tasks_.clear();
    rows_.clear();
    for (auto const& t : tasks) {
        auto& s = tasks_.emplace_back();
        s.info = t;
        auto const name = !t.stage.empty() ? t.stage : t.what == engine::task_info::kind::output ? "output" : "images";
        auto at = std::find_if(rows_.begin(), rows_.end(), [&](row const& r) { return r.name == name; });
        if (at == rows_.end()) at = rows_.insert(rows_.end(), row{name, {}});
        s.row = static_cast<std::size_t>(at - rows_.begin());
        at->tasks.push_back(tasks_.size() - 1);
    }
}

CONSTAGE_INLINE void live::started(std::size_t task, std::int64_t) {
    std::lock_guard const hold(guard_);
    tasks_[task].mark = '>';
    tasks_[task].begin = to_.now();
    if (!ticker_.joinable() && !to_.clock) ticker_ = std::thread([this] { tick(); });
}

CONSTAGE_INLINE void live::output(std::size_t task, int, std::string_view bytes) {
    std::lock_guard const hold(guard_);
    auto& t = tasks_[task];
    t.lines.add(bytes, [&](std::string_view line) {
        t.tail.emplace_back(line);
        if (t.tail.size() > live_detail::tail_lines) t.tail.pop_front();
    });
}

CONSTAGE_INLINE void live::transferred(std::size_t task, std::uint64_t done, std::uint64_t total) {
    std::lock_guard const hold(guard_);
    tasks_[task].done = done;
    tasks_[task].total = total;
}

CONSTAGE_INLINE void live::finished(std::size_t task, engine::outcome how, std::int64_t, std::string const&) {
    std::lock_guard const hold(guard_);
    auto& t = tasks_[task];
    t.mark = "#cx--"[static_cast<std::size_t>(how)];
    t.end = to_.now();
    if (t.begin == 0) t.begin = t.end;
}

CONSTAGE_INLINE void live::warning(plan::source const& where, std::string const& message) {
    std::lock_guard const hold(guard_);
    auto const place = plan::where(where);
    above_.push_back("WARNING: " + message + (place.empty() ? "" : " (" + place + ")"));
}

CONSTAGE_INLINE void live::tick() {
    std::unique_lock hold(guard_);
    while (!ended_) {
        draw_locked();
        wake_.wait_for(hold, std::chrono::milliseconds(100), [this] { return ended_; });
    }
}

CONSTAGE_INLINE void live::draw() {
    std::lock_guard const hold(guard_);
    if (!ended_) draw_locked();
}

CONSTAGE_INLINE void live::end() {
    {
        std::lock_guard const hold(guard_);
        if (ended_) return;
        ended_ = true;
        draw_locked();
    }
    wake_.notify_all();
    if (ticker_.joinable()) ticker_.join();
}

// ---- the picture ----------------------------------------------------------------------------------------------------

CONSTAGE_INLINE std::string live::head() const {
    std::size_t settled = 0;
    bool failed = false;
    for (auto const& s : tasks_) {
        settled += s.mark != '.' && s.mark != '>' ? 1 : 0;
        failed = failed || s.mark == 'x';
    }
    auto const* doing = !ended_ ? "building" : failed ? "failed after" : settled == tasks_.size() ? "built in" : "stopped after";
    return fmt::format("{} {}, {} of {} done", doing, seconds_text(to_.now() - origin_), settled, tasks_.size());
}

CONSTAGE_INLINE std::string live::row_text(row const& r, std::size_t names, std::size_t marks) const {
    std::string cells, doing;
    std::int64_t busy = 0;
    for (auto const t : r.tasks) {
        auto const& s = tasks_[t];
        cells += s.mark;
        if (s.mark != '.') busy += (s.mark == '>' ? to_.now() : s.end) - s.begin;
        if (s.mark != '>' && s.mark != 'x') continue;
        doing = s.info.text;
        if (s.mark == 'x') doing = "FAILED " + doing;
        if (s.total != 0 && s.done < s.total)
            doing += "  " + bytes_text(s.done) + " / " + bytes_text(s.total);
        else if (s.mark == '>' && r.tasks.size() > 1)
            doing += "  " + seconds_text(to_.now() - s.begin);
    }
    if (cells.size() > live_detail::most_marks) {  // the end is what moves
        auto const settled = cells.find_last_not_of('.');
        auto const from = settled == cells.npos || settled < live_detail::most_marks / 2
                              ? 0
                              : std::min(settled - live_detail::most_marks / 2, cells.size() - live_detail::most_marks);
        cells = cells.substr(from, live_detail::most_marks);
    }
    return fmt::format("{} {} {:>6}  {}", live_detail::padded(fit(r.name, names), names), live_detail::padded("[" + cells + "]", marks + 2),
                       busy == 0 ? "" : seconds_text(busy), doing);
}

CONSTAGE_INLINE std::vector<std::string> live::logs(std::size_t lines) const {
    std::vector<std::string> result;
    for (auto const& s : tasks_) {
        if (s.mark != '>') continue;
        auto const n = std::min({s.tail.size(), live_detail::lines_of_one, lines - result.size()});
        for (auto i = s.tail.size() - n; i != s.tail.size(); ++i) result.push_back("  " + rows_[s.row].name + " | " + s.tail[i]);
    }
    return result;
}

/// Lines from top to bottom, none wider than the screen, at least one less than it is high.
CONSTAGE_INLINE std::vector<std::string> live::frame(screen size) const {
    auto const columns = static_cast<std::size_t>(std::max(size.columns, 2) - 1),
               rows = static_cast<std::size_t>(std::max(size.rows - 1, 1));
    std::vector<std::string> lines{head()};
    std::size_t names = 0, marks = 0;
    for (auto const& r : rows_) {
        names = std::max(names, width(r.name));
        marks = std::max(marks, std::min(r.tasks.size(), live_detail::most_marks));
    }
    names = std::min<std::size_t>(names, std::max<std::size_t>(columns / 4, 4));
    auto const moves = [&](row const& r) {
        return std::any_of(r.tasks.begin(), r.tasks.end(), [&](auto t) { return tasks_[t].mark == '>' || tasks_[t].mark == 'x'; });
    };
    auto const all = lines.size() + rows_.size() <= rows || ended_;
    for (auto const& r : rows_)
        if (all || (moves(r) && lines.size() < rows)) lines.push_back(row_text(r, names, marks));
    if (!ended_ && lines.size() < rows)
        for (auto& l : logs(rows - lines.size())) lines.push_back(std::move(l));
    for (auto& l : lines) {
        l = fit(l, columns);
        l.erase(l.find_last_not_of(' ') + 1);
    }
    return lines;
}

/// Back to the first line of the frame before.
CONSTAGE_INLINE void live::erase(std::string& text) {
    if (drawn_ != 0) text += fmt::format("\x1b[{}A", drawn_);
    drawn_ = 0;
}

CONSTAGE_INLINE void live::draw_locked() {
    if (tasks_.empty() && above_.empty()) return;
    auto const lines = frame(to_.size ? to_.size() : screen{});
    std::string text = "\x1b[?7l";  // no wrapping: what is wider than it seems must not take a second line
    erase(text);
    for (auto const& l : above_) text += l + "\x1b[K\n";
    above_.clear();
    if (!tasks_.empty()) {
        for (auto const& l : lines) text += l + "\x1b[K\n";
        drawn_ = lines.size();
    }
    to_.write(text + "\x1b[J\x1b[?7h");
}

}  // namespace constage::report

#endif
