// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_CHECK_IMAGE_HPP_INCLUDED
#define CONSTAGE_DSL_CHECK_IMAGE_HPP_INCLUDED

#include <constage/dsl/check/variables.hpp>

namespace constage::error {
void image_reference_is_empty();
void image_repository_must_be_lower_case();
void image_repository_has_a_bad_character();
void image_tag_is_empty();
void image_tag_has_a_bad_character();
void image_digest_must_be_sha256_and_64_hex_digits();
void platform_must_be_os_slash_architecture();
}  // namespace constage::error

namespace constage::dsl::check {

#define CONSTAGE_LOWER_AND_DIGITS "abcdefghijklmnopqrstuvwxyz0123456789"

constexpr void digest(text_view d) {
    if (d.size != 71 || !d.starts_with("sha256:") || detail::span(d.part(7), "0123456789abcdef") != 64)
        error::image_digest_must_be_sha256_and_64_hex_digits();
}

constexpr void tag(text_view t) {
    if (t.empty()) return error::image_tag_is_empty();
    if (t.size > 128 || t[0] == '.' || t[0] == '-' || detail::span(t, CONSTAGE_LOWER_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZ_.-") != t.size)
        error::image_tag_has_a_bad_character();
}

/// `path[:tag]`
constexpr void repository(text_view t) {
    auto const n = detail::span(t, CONSTAGE_LOWER_AND_DIGITS "_.-/");
    if (n != t.size && detail::is_upper(t[n])) return error::image_repository_must_be_lower_case();
    if (n == 0 || t[0] == '/' || t[n - 1] == '/' || (n != t.size && t[n] != ':')) return error::image_repository_has_a_bad_character();
    if (n != t.size) tag(t.part(n + 1));
}

#undef CONSTAGE_LOWER_AND_DIGITS

/// The host of `host/path`, if it has one: what stands before the first slash and looks like a host, which may have upper case and a port.
constexpr text_view host(text_view t) {
    auto const head = t.part(0, detail::span_without(t, "/"));
    bool const is_host = head.size != t.size && (detail::span_without(head, ".:") != head.size || head == "localhost");
    return is_host ? head : text_view();
}

/// `[host/]path[:tag][@digest]`; with variables in it only their syntax is looked at.
constexpr void image(text_view t) {
    if (t.empty()) return error::image_reference_is_empty();
    if (is_open(t)) return variables(t);
    if (auto const at = detail::span_without(t, "@"); at != t.size) {
        digest(t.part(at + 1));
        t = t.part(0, at);
    }
    auto const h = host(t);
    repository(h.given() ? t.part(h.size + 1) : t);
}

/// os/architecture[/variant]
constexpr void platform(text_view t) {
    if (is_open(t)) return variables(t);
    unsigned parts = 1, length = 0;
    for (char c : t) {
        if (c == '/') {
            if (length == 0) parts = 9;
            ++parts;
            length = 0;
        } else if (detail::is_name_char(c) || c == '.' || c == '-' || c == '(' || c == ')') {
            ++length;
        } else {
            parts = 9;
        }
    }
    if (length == 0 || parts > 3 || (parts == 1 && t != "local" && t != "linux" && t != "windows"))
        error::platform_must_be_os_slash_architecture();
}

}  // namespace constage::dsl::check

#endif
