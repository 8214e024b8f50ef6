// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_TEXT_HPP_INCLUDED
#define CONSTAGE_REPORT_TEXT_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/observer.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

/// Text for people: sizes, times, titles, lines.
namespace constage::report {

/// "0 B", "999 B", "1.2 kB", "34.5 MB": powers of 1000, as docker images shows.
std::string bytes_text(std::uint64_t bytes);
/// Nanoseconds as "0.3s", "75.0s".
std::string seconds_text(std::int64_t nanoseconds);
/// "[build 2/4] RUN mvn package"; without a number "[build] …", without a stage the text alone.
std::string title_of(engine::task_info const& task);

/// What a terminal can show of a line in `columns` columns: escape sequences and control characters are gone, what is too long ends
/// in "…"; a UTF-8 sequence is never cut.
std::string fit(std::string_view line, std::size_t columns);
/// Columns that text of fit() takes: a code point is one.
std::size_t width(std::string_view text);

/// Cuts a stream of bytes into lines. What a carriage return overwrites on a terminal is left out; a line that grows over 64 KiB is
/// given out in pieces.
class line_splitter {
public:
    /// Calls `line` with each complete line, without its end.
    void add(std::string_view bytes, std::function<void(std::string_view)> const& line);
    /// The last line, if it had no end.
    void end(std::function<void(std::string_view)> const& line);

private:
    std::string rest_;
};

}  // namespace constage::report

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/report/text.ipp>
#endif
#endif
