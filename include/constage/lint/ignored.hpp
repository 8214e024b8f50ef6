// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_LINT_IGNORED_HPP_INCLUDED
#define CONSTAGE_LINT_IGNORED_HPP_INCLUDED

#include <constage/lint/instructions.hpp>

/// The build check about files that the build context leaves out, for programs that say which ones.
namespace constage::lint {

/// A member of `[…]` that begins at `i`: is it `c`? Moves `i` behind it.
constexpr bool in_range(text_view pattern, unsigned& i, char c) {
    if (pattern[i] == '\\' && i + 1 < pattern.size) ++i;
    char const low = pattern[i++];
    if (i + 1 >= pattern.size || pattern[i] != '-' || pattern[i + 1] == ']') return c == low;
    ++i;
    if (pattern[i] == '\\' && i + 1 < pattern.size) ++i;
    return low <= c && c <= pattern[i++];
}

/// Does a pattern of .dockerignore (X003) match the whole path? `**`: any depth; `*` and `?`: not over a slash.
constexpr bool matches_path(text_view pattern, text_view path) {
    if (pattern.empty()) return path.empty();
    if (pattern.starts_with("**")) {
        bool const slash = pattern.size > 2 && pattern[2] == '/';
        auto const rest = pattern.part(slash ? 3 : 2);
        if (rest.empty()) return true;
        for (unsigned i = 0; i <= path.size; ++i)
            if ((i == 0 || !slash || path[i - 1] == '/') && matches_path(rest, path.part(i))) return true;
        return false;
    }
    if (pattern[0] == '*') {
        for (unsigned i = 0; i <= path.size; ++i) {
            if (matches_path(pattern.part(1), path.part(i))) return true;
            if (i != path.size && path[i] == '/') return false;
        }
        return false;
    }
    if (path.empty()) return false;
    if (pattern[0] == '?') return path[0] != '/' && matches_path(pattern.part(1), path.part(1));
    if (pattern[0] == '[') {
        bool const negated = pattern.size > 1 && pattern[1] == '^';
        bool found = false;
        unsigned i = negated ? 2 : 1;
        while (i < pattern.size && pattern[i] != ']') found = in_range(pattern, i, path[0]) || found;
        return found != negated && path[0] != '/' && matches_path(pattern.part(i + 1), path.part(1));
    }
    unsigned const escape = pattern[0] == '\\' && pattern.size > 1;
    return pattern[escape] == path[0] && matches_path(pattern.part(1 + escape), path.part(1));
}

/// Without `./` and `/` in front and `/` behind.
constexpr text_view bare_path(text_view t) {
    while (!t.empty() && (t[0] == '/' || t.starts_with("./"))) t = t.part(t[0] == '/' ? 1 : 2);
    while (!t.empty() && t[t.size - 1] == '/') t = t.part(0, t.size - 1);
    return t == "." ? t.part(1) : t;
}

/// A pattern that matches a directory covers what is below it. All of the context is covered only by `*`, `**` and `**/*`.
constexpr bool covers(text_view pattern, text_view path) {
    path = bare_path(path);
    pattern = bare_path(pattern);
    if (path.empty()) return pattern == "*" || pattern == "**" || pattern == "**/*";
    for (unsigned end = 1; end <= path.size; ++end)
        if ((end == path.size || path[end] == '/') && matches_path(pattern, path.part(0, end))) return true;
    return false;
}

/// COPY or ADD of a file of the context that one of these patterns, those of the program's .dockerignore, leaves out:
/// `lint::copy_ignored_file<"*.md", "node_modules">(app)`. With a pattern that takes something back (`!…`) nothing is checked. As it needs
/// the patterns, it is not part of `strict`.
template <fixed_string... Pattern>
struct copy_ignored_file_check {
    static constexpr bool takes_back = (false || ... || Pattern.view().starts_with("!"));

    static constexpr bool is_ignored(text_view source) {
        if (source.contains('$') || source.contains("://") || source.starts_with("git@")) return false;
        return (covers(Pattern.view(), source) || ...);
    }
    static constexpr offence check(graph_view g) {
        offence found;
        for_each_step(g, [&](unsigned stage, dsl::step const& s, dsl::word const* w) {
            if (takes_back || (s.what != op::copy && s.what != op::add)) return false;
            for (unsigned i = 0; i != s.count; ++i)
                if (w[i].what == role::image || w[i].what == role::stage) return false;  // not from the context
            for (unsigned i = 0; i != s.count; ++i)
                if (w[i].what == role::source && is_ignored(w[i].view())) {
                    found = {stage, w[i].view(), s.line};
                    return true;
                }
            return false;
        });
        return found;
    }
};
template <fixed_string... Pattern>
inline constexpr rule<copy_ignored_file_check<Pattern...>> copy_ignored_file{};

}  // namespace constage::lint

#endif
