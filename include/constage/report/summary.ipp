// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_SUMMARY_IPP_INCLUDED
#define CONSTAGE_REPORT_SUMMARY_IPP_INCLUDED

#include <fmt/format.h>
#include <constage/plan/resolve.hpp>
#include <constage/report/summary.hpp>
#include <constage/report/text.hpp>

#include <algorithm>
#include <vector>

namespace constage::report {

namespace summary_detail {

inline constexpr std::size_t bar_columns = 32;
inline constexpr std::size_t most_lines = 12;  ///< of the table by source line

CONSTAGE_INLINE std::string padded(std::string text, std::size_t columns) {
    auto const n = width(text);
    return n < columns ? text + std::string(columns - n, ' ') : text;
}

CONSTAGE_INLINE std::size_t name_columns(engine::report const& r) {
    std::size_t n = 5;
    for (auto const& s : r.stages) n = std::max(n, width(s.name));
    return std::min<std::size_t>(n, 24);
}

/// When a stage was at work, on the time line of the whole build.
CONSTAGE_INLINE std::string bar(std::int64_t begin, std::int64_t end, std::int64_t wall) {
    std::string cells(bar_columns, ' ');
    auto const cell = [&](std::int64_t t) {
        return std::min(static_cast<std::size_t>(static_cast<double>(t) / static_cast<double>(wall) * bar_columns), bar_columns - 1);
    };
    for (auto i = cell(begin), last = cell(std::max(begin, end - 1)); i <= last; ++i) cells[i] = '=';
    return cells;
}

CONSTAGE_INLINE void add_times(engine::report const& r, std::size_t names, std::size_t columns, std::string& text) {
    auto const ran = std::count_if(r.steps.begin(), r.steps.end(), [](auto const& s) { return !s.cached; });
    text += ran == 0 ? fmt::format("{} in {}: everything was cached\n",
                                   r.steps.size() == 1 ? "1 step" : fmt::format("{} steps", r.steps.size()), seconds_text(r.wall))
                     : fmt::format("{} of {} steps ran in {}, critical path {}\n", ran, r.steps.size(), seconds_text(r.wall),
                                   seconds_text(r.critical_path));
    if (ran == 0 || r.wall <= 0) return;
    for (auto const& s : r.stages)
        if (s.busy > 0)
            text +=
                fit(fmt::format("  {} {:>8}  |{}|", padded(fit(s.name, names), names), seconds_text(s.busy), bar(s.begin, s.end, r.wall)),
                    columns) +
                "\n";
}

CONSTAGE_INLINE void add_images(engine::report const& r, std::size_t columns, std::string& text) {
    for (auto const& i : r.images) {
        auto line = fmt::format("image {} {}", i.target, i.platform);
        if (i.size != 0) line += fmt::format(": {} compressed", bytes_text(i.size));
        if (i.file_bytes != 0) line += fmt::format("{} {} of files", i.size != 0 ? "," : ":", bytes_text(i.file_bytes));
        if (i.base_bytes != 0) line += fmt::format(" ({} from the base image)", bytes_text(i.base_bytes));
        text += fit(line, columns) + "\n";
        if (!i.digest.empty()) text += "  " + i.digest + "\n";
    }
    if (!r.index_digest.empty()) text += "index " + r.index_digest + "\n";
}

/// The lines that put most into the image.
CONSTAGE_INLINE void add_lines(engine::report const& r, std::size_t columns, std::string& text) {
    std::vector<engine::step_report const*> steps;
    for (auto const& s : r.steps)
        if (s.in_image && s.file_bytes != 0) steps.push_back(&s);
    std::stable_sort(steps.begin(), steps.end(), [](auto const* a, auto const* b) { return a->file_bytes > b->file_bytes; });
    std::size_t places = 0, shown = std::min(steps.size(), most_lines);
    for (std::size_t i = 0; i != shown; ++i) places = std::max(places, width(plan::where(steps[i]->where)));
    if (shown != 0) text += "in the image, by source line:\n";
    for (std::size_t i = 0; i != shown; ++i) {
        auto const& s = *steps[i];
        text += fit(fmt::format("  {:>9}  {}  {}", bytes_text(s.file_bytes), padded(plan::where(s.where), places), s.text), columns) + "\n";
    }
    std::uint64_t rest = 0;
    for (auto i = shown; i != steps.size(); ++i) rest += steps[i]->file_bytes;
    if (rest != 0) text += fmt::format("  {:>9}  {} more\n", bytes_text(rest), steps.size() - shown);
}

CONSTAGE_INLINE void add_stages(engine::report const& r, std::size_t names, std::size_t columns, std::string& text) {
    auto const several = std::count_if(r.stages.begin(), r.stages.end(), [](auto const& s) { return s.file_bytes != 0; }) > 1;
    if (!several) return;
    text += fmt::format("  {}  {:>9}  {:>12}\n", padded("stage", names), "files", "in the image");
    for (auto const& s : r.stages)
        if (s.file_bytes != 0)
            text += fit(fmt::format("  {}  {:>9}  {:>12}", padded(fit(s.name, names), names), bytes_text(s.file_bytes),
                                    bytes_text(s.shipped_bytes)),
                        columns) +
                    "\n";
    if (r.left_behind != 0) text += fmt::format("left behind: {} of build stages are not in the image\n", bytes_text(r.left_behind));
}

}  // namespace summary_detail

CONSTAGE_INLINE std::string summary(engine::report const& r, std::size_t columns) {
    using namespace summary_detail;
    std::string text;
    auto const names = name_columns(r);
    add_times(r, names, columns, text);
    add_images(r, columns, text);
    add_lines(r, columns, text);
    add_stages(r, names, columns, text);
    return text;
}

}  // namespace constage::report

#endif
