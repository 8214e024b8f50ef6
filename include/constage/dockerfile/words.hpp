// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_WORDS_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_WORDS_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/dockerfile/document.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// From the text of an instruction to its words.
namespace constage::dockerfile {

struct flags_and_rest {
    std::vector<std::string> flags;  ///< `--x=y`, quotes and escapes resolved
    std::string_view rest;
};
/// The words at the start that begin with `--`; `--` alone ends them (F017).
flags_and_rest split_flags(std::string_view text);

/// A JSON array of strings; none: not JSON at all, so the shell form is meant. Throws constage::failure for JSON that holds anything but
/// strings (F018).
std::optional<std::vector<std::string>> json_words(std::string_view text);

/// The heredoc that a word announces (`3<<-"EOF"`), without its content; none: it is no marker. Throws constage::failure (H002).
std::optional<heredoc> heredoc_marker(std::string_view word);

/// All heredocs that a line announces, in order.
std::vector<heredoc> heredoc_markers(std::string_view line);

/// The content without the tabs at the beginning of its lines (H005).
std::string without_tabs(std::string_view content);

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/words.ipp>
#endif
#endif
