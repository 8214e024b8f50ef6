// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_LITERALS_HPP_INCLUDED
#define CONSTAGE_DSL_LITERALS_HPP_INCLUDED

#include <constage/detail/fixed_string.hpp>
#include <constage/dsl/check/config.hpp>
#include <constage/dsl/check/image.hpp>
#include <constage/dsl/check/path.hpp>
#include <constage/dsl/step.hpp>

/// Text of instructions. It means what it means in a Dockerfile: quotes vanish, `\` escapes, `$NAME` is expanded wherever a Dockerfile
/// expands it (not in commands: there the shell does). Each kind of text is a small class whose consteval constructor checks a literal
/// where it is written; text known only at run time comes through at_runtime(…) and is not checked before the build.
namespace constage::dsl {

/// Text that was not checked. Borrowed: it must outlive the graph.
struct run_time_text {
    text_view text;
};

/// An option of a few letters that was not given, or text.
#define CONSTAGE_TEXT_KIND(kind, check)                                               \
    struct kind {                                                                     \
        text_view text;                                                               \
        constexpr kind() = default;                                                   \
        consteval kind(char const* literal) : text(literal) { check(text); }          \
        template <fixed_string Text>                                                  \
        consteval kind(detail::literal<Text>) : text(detail::literal<Text>::view()) { \
            check(text);                                                              \
        }                                                                             \
        constexpr kind(run_time_text t) : text(t.text) {}                             \
    }

constexpr void unchecked(text_view) {}

CONSTAGE_TEXT_KIND(plain_text, unchecked);
CONSTAGE_TEXT_KIND(expanded_text, check::variables);
CONSTAGE_TEXT_KIND(command_text, check::command);
CONSTAGE_TEXT_KIND(image_name, check::image);
CONSTAGE_TEXT_KIND(platform_name, check::platform);
CONSTAGE_TEXT_KIND(image_path, check::path);
CONSTAGE_TEXT_KIND(context_path, check::context_path);
CONSTAGE_TEXT_KIND(mount_path, check::mount_target);
CONSTAGE_TEXT_KIND(mode_text, check::mode);
CONSTAGE_TEXT_KIND(owner_text, check::owner);
CONSTAGE_TEXT_KIND(checksum_text, check::checksum);
CONSTAGE_TEXT_KIND(key_text, check::key);
CONSTAGE_TEXT_KIND(arg_name, check::arg_name);
CONSTAGE_TEXT_KIND(port_text, check::port);
CONSTAGE_TEXT_KIND(signal_text, check::signal);
CONSTAGE_TEXT_KIND(duration_text, check::duration);
CONSTAGE_TEXT_KIND(user_text, check::user);
CONSTAGE_TEXT_KIND(network_text, check::network);
CONSTAGE_TEXT_KIND(security_text, check::security);
CONSTAGE_TEXT_KIND(sharing_text, check::sharing);

#undef CONSTAGE_TEXT_KIND

/// A number, or text that holds one: `.uid = 1000`, `.uid = "$UID"`, `.mode = 0400`, `.size = "64m"`.
struct number_text {
    text_view text;
    unsigned number = 0;
    bool is_number = false;

    constexpr number_text() = default;
    consteval number_text(char const* literal) : text(literal) { check::number(text); }
    constexpr number_text(int n) : number(static_cast<unsigned>(n)), is_number(true) {
        if (n < 0) error::number_must_not_be_negative();
    }
    template <fixed_string Text>
    consteval number_text(detail::literal<Text>) : text(detail::literal<Text>::view()) {
        check::number(text);
    }
    constexpr number_text(run_time_text t) : text(t.text) {}

    constexpr word as(role r) const {
        word w(text, r);
        w.number = is_number;
        if (is_number) w.size = number;
        return w;
    }
};

/// Not given, true or false.
struct flag {
    text_view text;

    constexpr flag() = default;
    constexpr flag(bool on) : text(on ? "true" : "false") {}
    constexpr flag(run_time_text t) : text(t.text) {}

    constexpr bool is(bool on) const { return text == text_view(on ? "true" : "false"); }
};

/// Text of any kind, checked with `Check` as part of a constant expression only: for lists longer than the overloads reach.
template <auto Check, unsigned N>
constexpr text_view any_text(char const (&literal)[N]) {
    text_view const t(literal, N - 1);
    Check(t);
    return t;
}
template <auto Check, fixed_string Text>
constexpr text_view any_text(detail::literal<Text>) {
    Check(Text.view());
    return detail::literal<Text>::view();
}
template <auto Check>
constexpr text_view any_text(run_time_text t) {
    return t.text;
}

/// The first of many words: knows where it stands, for a parameter pack leaves no place for default arguments.
struct first_text {
    text_view text;
    where place;

    consteval first_text(char const* literal, unsigned line = __builtin_LINE(), char const* file = __builtin_FILE())
        : text(literal), place{line, file} {}
    template <fixed_string Text>
    consteval first_text(detail::literal<Text>, unsigned line = __builtin_LINE(), char const* file = __builtin_FILE())
        : text(detail::literal<Text>::view()), place{line, file} {}
    constexpr first_text(run_time_text t, unsigned line = __builtin_LINE(), char const* file = __builtin_FILE())
        : text(t.text), place{line, file} {}
};

template <class S>
concept text_range = requires(S const& s) {
    s.data()[0];
    s.size();
};

}  // namespace constage::dsl

namespace constage {

/// Text that is known only at run time, as fmt's `runtime`: nothing is checked before the build, and nothing is copied, so the text must
/// outlive the graph. A temporary string does not compile.
constexpr dsl::run_time_text at_runtime(char const* text) { return {text}; }
template <dsl::text_range S>
constexpr dsl::run_time_text at_runtime(S const& text) {
    return {{text.data(), static_cast<unsigned>(text.size())}};
}
template <dsl::text_range S>
requires(!__is_trivially_copyable(S))  // views may be temporary, owners may not
    dsl::run_time_text at_runtime(S const&& temporary)
= delete;

}  // namespace constage

#endif
