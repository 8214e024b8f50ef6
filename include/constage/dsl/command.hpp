// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_COMMAND_HPP_INCLUDED
#define CONSTAGE_DSL_COMMAND_HPP_INCLUDED

#include <constage/dsl/literals.hpp>

/// Commands: a bare string is the shell form, `exec(…)` the JSON form, `script(…)` a heredoc.
namespace constage::dsl {

/// An argv, nothing expanded.
template <unsigned N>
struct exec_words {
    word words[N ? N : 1]{};
};

/// The body of a plain heredoc: run by the stage's SHELL, without `set -e`, unless it starts with `#!`.
struct script_text {
    text_view body;
};

/// How a heredoc's delimiter is written.
struct heredoc_options {
    bool expand = true;  ///< false: a quoted delimiter, `$x` stays
    bool chomp = false;  ///< `<<-`
    int fd = 0;
};

/// A heredoc of a RUN whose command names it, or an inline file of COPY and ADD.
struct heredoc_text {
    text_view name, body;
    heredoc_options options;
    where place{};

    static constexpr unsigned n_words = 5;
    /// Writes n_words words.
    constexpr void write(word* to) const {
        to[0] = {name, role::heredoc_name};
        to[1] = {body, role::heredoc_body};
        to[2] = {options.expand ? text_view() : text_view("true"), role::verbatim};
        to[3] = {options.chomp ? text_view("true") : text_view(), role::chomp};
        if (options.fd != 0) {
            to[4].what = role::fd;
            to[4].number = true;
            to[4].size = static_cast<unsigned>(options.fd);
        }
    }
};

/// A raw string starts on the line after `R"(` and ends before the `)`, which stands alone behind blanks: neither is part of the body.
constexpr text_view body_of(text_view raw) {
    if (!raw.empty() && raw[0] == '\n') raw = raw.part(1);
    unsigned end = raw.size;
    while (end > 0 && (raw[end - 1] == ' ' || raw[end - 1] == '\t')) --end;
    return end > 0 && raw[end - 1] == '\n' ? raw.part(0, end) : raw;
}

template <class... T>
constexpr exec_words<sizeof...(T)> exec_of(T const&... t) {
    return {{word(t.text, role::argv)...}};
}

}  // namespace constage::dsl

namespace constage {

/// The JSON form: `exec("java", "-jar", "app.jar")`. No shell, no expansion. `exec()` is the empty list.
constexpr dsl::exec_words<0> exec() { return {}; }
constexpr auto exec(dsl::plain_text a) { return dsl::exec_of(a); }
constexpr auto exec(dsl::plain_text a, dsl::plain_text b) { return dsl::exec_of(a, b); }
constexpr auto exec(dsl::plain_text a, dsl::plain_text b, dsl::plain_text c) { return dsl::exec_of(a, b, c); }
constexpr auto exec(dsl::plain_text a, dsl::plain_text b, dsl::plain_text c, dsl::plain_text d) { return dsl::exec_of(a, b, c, d); }
constexpr auto exec(dsl::plain_text a, dsl::plain_text b, dsl::plain_text c, dsl::plain_text d, dsl::plain_text e) {
    return dsl::exec_of(a, b, c, d, e);
}
constexpr auto exec(dsl::plain_text a, dsl::plain_text b, dsl::plain_text c, dsl::plain_text d, dsl::plain_text e, dsl::plain_text f) {
    return dsl::exec_of(a, b, c, d, e, f);
}
template <class... T>
requires(sizeof...(T) > 6) constexpr dsl::exec_words<sizeof...(T)> exec(T const&... t) {
    return {{dsl::word(dsl::any_text<dsl::unchecked>(t), dsl::role::argv)...}};
}

/// A heredoc for RUN: `run(script(R"(` … `)"))`. The first newline after `R"(` and blanks before `)"` are not part of it.
constexpr dsl::script_text script(dsl::command_text body) { return {dsl::body_of(body.text)}; }

/// A file written in the program: `copy(file("app.ini", R"(…)"), "/etc/")`. Mode 0644, owner 0:0; variables are expanded unless
/// `{.expand = false}`.
constexpr dsl::heredoc_text file(dsl::plain_text name, dsl::plain_text body, dsl::heredoc_options options = {},
                                 dsl::where at = CONSTAGE_HERE) {
    return {name.text, dsl::body_of(body.text), options, at};
}

}  // namespace constage

#endif
