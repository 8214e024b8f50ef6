// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_EXCERPT_IPP_INCLUDED
#define CONSTAGE_REPORT_EXCERPT_IPP_INCLUDED

#include <fmt/format.h>
#include <constage/report/excerpt.hpp>

#include <algorithm>
#include <charconv>
#include <vector>

namespace constage::report {

namespace excerpt_detail {

inline constexpr int lines_around = 2;
inline constexpr int most_lines = 40;  ///< of one instruction
inline constexpr std::string_view rule = "--------------------\n";

CONSTAGE_INLINE std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        auto const end = text.find('\n');
        auto line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.push_back(line);
        if (end == text.npos) break;
        text.remove_prefix(end + 1);
    }
    return lines;
}

CONSTAGE_INLINE std::string with_end(std::string text) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    return text;
}

}  // namespace excerpt_detail

CONSTAGE_INLINE place parse_place(std::string_view where) {
    auto const number = [](std::string_view text) {
        int value = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc() && end == text.data() + text.size() && value > 0 ? value : 0;
    };
    auto const colon = where.rfind(':');
    if (colon == where.npos) return {std::string(where)};
    auto const lines = where.substr(colon + 1);
    auto const dash = lines.find('-');
    place result{std::string(where.substr(0, colon)), number(lines.substr(0, dash)), 0};
    result.last_line = dash == lines.npos ? result.line : number(lines.substr(dash + 1));
    if (result.line == 0 || result.last_line < result.line) return {std::string(where)};
    return result;
}

CONSTAGE_INLINE std::string excerpt(std::string_view text, place const& where) {
    using namespace excerpt_detail;
    auto const lines = lines_of(text);
    auto const count = static_cast<int>(std::min<std::size_t>(lines.size(), 1'000'000));
    if (where.line < 1 || where.line > count) return "";
    auto const last = std::min({std::max(where.last_line, where.line), count, where.line + most_lines - 1});
    std::string result = fmt::format("{}:{}\n{}", where.file, where.line, rule);
    for (int i = std::max(1, where.line - lines_around); i <= std::min(count, last + lines_around); ++i) {
        auto row = fmt::format(" {:3} | {} {}", i, i >= where.line && i <= last ? ">>>" : "   ", lines[static_cast<std::size_t>(i - 1)]);
        row.erase(row.find_last_not_of(' ') + 1);
        result += row + "\n";
    }
    return result + std::string(rule);
}

CONSTAGE_INLINE std::string failure_text(failure const& f, source_reader const& sources) {
    using namespace excerpt_detail;
    std::string text;
    if (!f.stage.empty() || !f.log.empty()) {
        text += "------\n > ";
        if (!f.stage.empty()) text += "[" + f.stage + "]" + (f.instruction.empty() ? "" : " ");
        text += f.instruction + ":\n" + with_end(f.log) + "------\n";
    }
    if (auto const where = parse_place(f.where); where.line != 0) {
        std::string lines;
        if (auto const source = sources ? sources(where.file) : std::nullopt) lines = excerpt(*source, where);
        text += lines.empty() ? f.where + "\n" : lines;
    } else if (!f.where.empty()) {
        text += f.where + "\n";
    }
    text += "ERROR: " + with_end(f.what());
    if (!f.hint.empty()) text += "hint: " + with_end(f.hint);
    return text;
}

}  // namespace constage::report

#endif
