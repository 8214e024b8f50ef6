// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_PATTERN_HPP_INCLUDED
#define CONSTAGE_PLAN_PATTERN_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string>
#include <string_view>

/// The glob of `${x#p}`, `${x%p}` and `${x/p/r}`: `*`, `?` and backslash escapes, nothing else (V008). A wildcard does not match a
/// newline; `?` matches one code point. All throw constage::failure: invalid escape, or a pattern that takes too long to match.
namespace constage::plan {

/// `value` without its shortest (longest) prefix that matches (V005).
std::string without_prefix(std::string_view value, std::string_view pattern, bool longest);

/// `value` without its shortest (longest) suffix that matches (V006).
std::string without_suffix(std::string_view value, std::string_view pattern, bool longest);

/// The leftmost longest match, or all of them, replaced (V007). With `all`, `$1` or `$name` in the replacement means a group of a
/// regular expression that has none, which is empty; `$$` is a dollar.
std::string replace_pattern(std::string_view value, std::string_view pattern, std::string_view replacement, bool all);

}  // namespace constage::plan

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/plan/pattern.ipp>
#endif
#endif
