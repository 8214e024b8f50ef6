// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_TEXT_IPP_INCLUDED
#define CONSTAGE_REPORT_TEXT_IPP_INCLUDED

#include <fmt/format.h>
#include <constage/report/text.hpp>

namespace constage::report {

namespace text_detail {

inline constexpr std::size_t longest_line = 64 << 10;

/// What remains visible of a line with carriage returns.
CONSTAGE_INLINE std::string_view visible(std::string_view line) {
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    auto const overwritten = line.rfind('\r');
    return overwritten == line.npos ? line : line.substr(overwritten + 1);
}

/// The end of the escape sequence that begins at `i`.
CONSTAGE_INLINE std::size_t after_escape(std::string_view text, std::size_t i) {
    auto const is_final = [](char c) { return c >= 0x40 && c <= 0x7e; };
    if (++i == text.size()) return i;
    if (text[i] == '[') {  // CSI
        for (++i; i != text.size() && !is_final(text[i]);) ++i;
    } else if (text[i] == ']') {  // OSC: to BEL or ESC backslash
        while (i != text.size() && text[i] != '\a' && text[i] != '\x1b') ++i;
        if (i != text.size() && text[i] == '\x1b' && i + 1 != text.size()) ++i;
    }
    return i == text.size() ? i : i + 1;
}

CONSTAGE_INLINE bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace text_detail

CONSTAGE_INLINE std::string bytes_text(std::uint64_t bytes) {
    if (bytes < 1000) return fmt::format("{} B", bytes);
    auto value = static_cast<double>(bytes) / 1000;
    char const* unit = "kMGTPE";
    for (; value >= 999.95; ++unit) value /= 1000;
    return fmt::format("{:.1f} {}B", value, *unit);
}

CONSTAGE_INLINE std::string seconds_text(std::int64_t nanoseconds) {
    return fmt::format("{:.1f}s", static_cast<double>(nanoseconds) * 1e-9);
}

CONSTAGE_INLINE std::string title_of(engine::task_info const& task) {
    if (task.stage.empty()) return task.text;
    if (task.number == 0) return fmt::format("[{}] {}", task.stage, task.text);
    return fmt::format("[{} {}/{}] {}", task.stage, task.number, task.of, task.text);
}

CONSTAGE_INLINE std::size_t width(std::string_view text) {
    std::size_t n = 0;
    for (char const c : text) n += text_detail::continues(c) ? 0 : 1;
    return n;
}

CONSTAGE_INLINE std::string fit(std::string_view line, std::size_t columns) {
    std::string result;
    for (std::size_t i = 0; i < line.size();) {
        auto const c = static_cast<unsigned char>(line[i]);
        if (c == 0x1b)
            i = text_detail::after_escape(line, i);
        else if (c == '\t')
            result.append(4, ' '), ++i;
        else if (c < 0x20 || c == 0x7f)
            ++i;
        else
            result += line[i++];
    }
    if (width(result) <= columns) return result;
    std::size_t end = 0;
    for (std::size_t n = 0; end != result.size(); ++end)
        if (!text_detail::continues(result[end]) && n++ == columns - (columns == 0 ? 0 : 1)) break;
    result.resize(end);
    return columns == 0 ? result : result + "…";
}

CONSTAGE_INLINE void line_splitter::add(std::string_view bytes, std::function<void(std::string_view)> const& line) {
    for (;;) {
        auto const end = bytes.find('\n');
        if (end == bytes.npos) break;
        rest_ += bytes.substr(0, end);
        line(text_detail::visible(rest_));
        rest_.clear();
        bytes.remove_prefix(end + 1);
    }
    rest_ += bytes;
    while (rest_.size() > text_detail::longest_line) {
        line(std::string_view(rest_).substr(0, text_detail::longest_line));
        rest_.erase(0, text_detail::longest_line);
    }
}

CONSTAGE_INLINE void line_splitter::end(std::function<void(std::string_view)> const& line) {
    if (!rest_.empty()) line(text_detail::visible(rest_));
    rest_.clear();
}

}  // namespace constage::report

#endif
