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

constexpr bool is_tag_char(char c) { return detail::is_name_char(c) || c == '.' || c == '-'; }

constexpr void digest(text_view d) {
    bool good = d.size == 71 && d.starts_with("sha256:");
    for (unsigned i = 7; good && i != d.size; ++i) good = detail::is_digit(d[i]) || (d[i] >= 'a' && d[i] <= 'f');
    if (!good) error::image_digest_must_be_sha256_and_64_hex_digits();
}

constexpr void repository(text_view r) {
    if (r.empty()) error::image_reference_is_empty();
    auto slash = r.find('/');
    // The part before the first slash is a host if it looks like one: hosts may have upper case and a port.
    if (slash != detail::npos) {
        auto const head = r.part(0, slash);
        if (head.contains('.') || head.contains(':') || head == "localhost") r = r.part(slash + 1);
    }
    if (r.empty() || r[0] == '/' || r[r.size - 1] == '/') error::image_repository_has_a_bad_character();
    for (char c : r) {
        if (detail::is_upper(c)) error::image_repository_must_be_lower_case();
        if (!detail::is_name_char(c) && c != '.' && c != '-' && c != '/') error::image_repository_has_a_bad_character();
    }
}

/// `[host/]path[:tag][@digest]`; with variables in it only their syntax is looked at.
constexpr void image(text_view t) {
    if (t.empty()) return error::image_reference_is_empty();
    if (is_open(t)) return variables(t);
    if (auto const at = t.find('@'); at != detail::npos) {
        digest(t.part(at + 1));
        t = t.part(0, at);
    }
    auto const slash = t.rfind('/');
    auto const colon = t.find(':', slash == detail::npos ? 0 : slash);
    if (colon != detail::npos) {
        auto const tag = t.part(colon + 1);
        if (tag.empty()) error::image_tag_is_empty();
        if (tag.size > 128 || tag[0] == '.' || tag[0] == '-') error::image_tag_has_a_bad_character();
        for (char c : tag)
            if (!is_tag_char(c)) error::image_tag_has_a_bad_character();
        t = t.part(0, colon);
    }
    repository(t);
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
