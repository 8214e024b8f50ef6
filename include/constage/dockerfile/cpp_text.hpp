// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_CPP_TEXT_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_CPP_TEXT_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/detail/text_view.hpp>

#include <set>
#include <string>
#include <string_view>

/// Pieces of C++ source.
namespace constage::dockerfile {

/// A string literal on one line: raw if that spares escapes.
std::string cpp_literal(std::string_view text);

/// A literal of several lines for script(…) and file(…), which do not count the newline after `R"(` and the blanks before `)"`.
std::string cpp_body(std::string_view text);

/// `// text`, safe against what a comment can end with.
std::string cpp_comment(std::string_view text);

/// A C++ name for a stage: near its own, no keyword, no word of the DSL, not taken.
std::string cpp_name(std::string_view wanted, std::set<std::string>& taken);

/// Whether one of the DSL's checks accepts a literal.
bool passes(void (*check)(detail::text_view), std::string_view text);

/// A literal, or `at_runtime(…)` around it if the check of its place refuses it: what a Dockerfile may say and a program may not.
std::string checked_literal(std::string_view text, void (*check)(detail::text_view));

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/cpp_text.ipp>
#include <constage/dsl/error.ipp>
#endif
#endif
