// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_CHECK_PATH_HPP_INCLUDED
#define CONSTAGE_DSL_CHECK_PATH_HPP_INCLUDED

#include <constage/dsl/check/variables.hpp>

namespace constage::error {
void path_is_empty();
void path_climbs_out_of_the_build_context();
void mount_target_must_not_be_the_root();
void mode_must_be_octal_or_symbolic();
void owner_must_be_user_or_user_colon_group();
}  // namespace constage::error

namespace constage::dsl::check {

/// A place in the image; relative ones are joined to WORKDIR.
constexpr void path(text_view t) {
    if (t.empty()) error::path_is_empty();
    variables(t);
}

/// A file of the build context. (A Dockerfile clamps `..` without a word.) URLs and git references pass.
constexpr void context_path(text_view t) {
    path(t);
    if (detail::span_without(t, ".") == t.size) return;
    unsigned depth = 0;
    for (unsigned i = 0; i < t.size;) {
        auto const end = i + detail::span_without(t.part(i), "/");
        auto const part = t.part(i, end);
        if (part == "..") {
            if (depth == 0) return error::path_climbs_out_of_the_build_context();
            --depth;
        } else if (!part.empty() && part != ".") {
            ++depth;
        }
        i = end + 1;
    }
}

constexpr void mount_target(text_view t) {
    path(t);
    if (!t.empty() && detail::span(t, "/") == t.size) error::mount_target_must_not_be_the_root();
}

constexpr bool is_octal_mode(text_view t) {
    auto const zeros = detail::span(t, "0");
    return !t.empty() && t.size - zeros <= 4 && detail::span(t, "01234567") == t.size;
}

/// `u=rwX,go=rX`, `+x`, `g=u`
constexpr bool is_symbolic_mode(text_view t) {
    for (unsigned i = 0; i <= t.size;) {
        auto end = t.find(',', i);
        if (end == detail::npos) end = t.size;
        while (i < end && text_view("ugoa").contains(t[i])) ++i;
        if (i == end) return false;
        while (i < end) {
            if (!text_view("+-=").contains(t[i])) return false;
            ++i;
            while (i < end && text_view("rwxXstugo").contains(t[i])) ++i;
        }
        i = end + 1;
    }
    return true;
}

constexpr void mode(text_view t) {
    if (is_open(t)) return variables(t);
    if (!is_octal_mode(t) && !is_symbolic_mode(t)) error::mode_must_be_octal_or_symbolic();
}

/// `user`, `user:group`; names or numbers.
constexpr void owner(text_view t) {
    if (is_open(t)) return variables(t);
    unsigned colons = 0;
    bool good = !t.empty() && t[0] != ':';
    for (char c : t) {
        if (c == ':') ++colons;
        if (c == ' ' || c == '\t' || c == '\n' || c == '/') good = false;
    }
    if (!good || colons > 1 || t[t.size - 1] == ':') error::owner_must_be_user_or_user_colon_group();
}

}  // namespace constage::dsl::check

#endif
