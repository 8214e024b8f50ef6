// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_EXCERPT_HPP_INCLUDED
#define CONSTAGE_REPORT_EXCERPT_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/failure.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// What went wrong, for people, with the lines that it is about.
namespace constage::report {

/// "Dockerfile:7-9" in its parts; `line` is 0 if there is none.
struct place {
    std::string file;
    int line = 0, last_line = 0;
};
place parse_place(std::string_view where);

/// As buildx prints it:
///
///     Dockerfile:2
///     --------------------
///        1 |     FROM alpine
///        2 | >>> RUN false
///     --------------------
///
/// Empty if the text has no such line.
std::string excerpt(std::string_view text, place const& where);

/// Gives the text of a source file, if it can be read.
using source_reader = std::function<std::optional<std::string>(std::string const& file)>;

/// Log tail, excerpt, `ERROR: what`, `hint: …`: what matters most comes last, where the eye is.
std::string failure_text(failure const& f, source_reader const& sources);

}  // namespace constage::report

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/report/excerpt.ipp>
#endif
#endif
