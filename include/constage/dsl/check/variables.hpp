// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_CHECK_VARIABLES_HPP_INCLUDED
#define CONSTAGE_DSL_CHECK_VARIABLES_HPP_INCLUDED

#include <constage/detail/text_view.hpp>

namespace constage::error {
// Not constexpr on purpose: a literal that reaches one of these is rejected, and the function's name is the message.
// (A stage that is made at run time throws: dsl/error.ipp.)
void variable_substitution_is_bad();
void variable_modifier_is_not_supported();
void variable_brace_is_not_closed();
void quote_is_not_closed();
}  // namespace constage::error

/// The syntax of a Dockerfile's words: quotes, escapes, variables (rows V001 to V011).
namespace constage::dsl::check {

using detail::text_view;

constexpr bool is_special_parameter(char c) { return text_view("@*#?-$!0").contains(c); }

/// End of the variable name that starts at `i`.
constexpr unsigned name_end(text_view t, unsigned i) {
    if (i < t.size && detail::is_digit(t[i])) {
        while (i < t.size && detail::is_digit(t[i])) ++i;
        return i;
    }
    if (i < t.size && is_special_parameter(t[i])) return i + 1;
    while (i < t.size && detail::is_name_char(t[i])) ++i;
    return i;
}

constexpr unsigned words(text_view t, unsigned i, char stop);

/// `i` is behind "${". Returns the place behind the closing brace.
constexpr unsigned braced(text_view t, unsigned i) {
    auto const end = name_end(t, i);
    if (end >= t.size) return error::variable_brace_is_not_closed(), t.size;
    if (end == i) return error::variable_substitution_is_bad(), t.size;
    i = end;
    if (t[i] == '}') return i + 1;
    bool const colon = t[i] == ':';
    if (colon) ++i;
    if (i >= t.size) return error::variable_brace_is_not_closed(), t.size;
    char const modifier = t[i++];
    if (modifier == '-' || modifier == '+' || modifier == '?') return words(t, i, '}');
    if (colon) return error::variable_modifier_is_not_supported(), t.size;
    if (modifier == '#' || modifier == '%') return words(t, i, '}');
    if (modifier == '/') {
        if (i < t.size && t[i] == '/') ++i;
        return words(t, words(t, i, '/'), '}');
    }
    return error::variable_modifier_is_not_supported(), t.size;
}

/// Reads words from `i` up to `stop` (0: the end of the text); returns the place behind it.
constexpr unsigned words(text_view t, unsigned i, char stop) {
    char quote = 0;
    while (i < t.size) {
        char const c = t[i];
        if (!quote && stop && c == stop) return i + 1;
        if (c == '\\' && quote != '\'') {
            i += 2;
        } else if (c == '\'' && quote != '"') {
            quote = quote ? '\0' : c;
            ++i;
        } else if (c == '"' && quote != '\'') {
            quote = quote ? '\0' : c;
            ++i;
        } else if (c == '$' && quote != '\'') {
            ++i;
            if (i < t.size && t[i] == '{') i = braced(t, i + 1);
        } else {
            ++i;
        }
    }
    if (quote) error::quote_is_not_closed();
    if (stop) error::variable_brace_is_not_closed();
    return i;
}

/// Text that can only be judged when its variables are known.
constexpr bool is_open(text_view t) { return detail::span_without(t, "$'\"\\") != t.size; }

/// Rejects text that a Dockerfile could not expand.
constexpr void variables(text_view t) {
    if (is_open(t)) words(t, 0, 0);
}

}  // namespace constage::dsl::check

#endif
