// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_TEXT_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_TEXT_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Characters and words, as the reference implementation (in Go) tells them apart.
namespace constage::dockerfile {

/// Bytes of the blank (any of Unicode's) at the beginning of `text`; 0: there is none.
std::size_t blank_length(std::string_view text);
std::string_view trim_left(std::string_view text);
std::string_view trim(std::string_view text);

std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// The first word and the rest after the blanks (ASCII, no newline) that follow it.
std::pair<std::string_view, std::string_view> cut_word(std::string_view text);

/// Split at runs of blanks (ASCII, no newline). An empty text has no words.
std::vector<std::string> split_words(std::string_view text);

/// Words of ENV, LABEL and ARG: quotes and escapes protect blanks, and stay (G001).
std::vector<std::string> quoted_words(std::string_view text, char escape);

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/text.ipp>
#endif
#endif
