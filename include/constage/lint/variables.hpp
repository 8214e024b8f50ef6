// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_LINT_VARIABLES_HPP_INCLUDED
#define CONSTAGE_LINT_VARIABLES_HPP_INCLUDED

#include <constage/dsl/check/variables.hpp>
#include <constage/lint/instructions.hpp>

/// Build checks about variables.
namespace constage::lint {

/// Calls `f(name)` for each variable of a text until it returns true; true if it did. Single quotes and escapes hide variables.
template <class F>
constexpr bool any_variable(text_view t, F f) {
    char quote = 0;
    for (unsigned i = 0; i < t.size; ++i) {
        char const c = t[i];
        if (c == '\\' && quote != '\'') {
            ++i;
        } else if ((c == '\'' || c == '"') && (quote == 0 || quote == c)) {
            quote = quote ? '\0' : c;
        } else if (c == '$' && quote != '\'') {
            auto const first = i + 1 < t.size && t[i + 1] == '{' ? i + 2 : i + 1;
            auto const end = dsl::check::name_end(t, first);
            if (end > first) {
                if (f(t.part(first, end))) return true;
                i = end - 1;
            }
        }
    }
    return false;
}

inline constexpr text_view predefined[] = {
    "TARGETPLATFORM", "TARGETOS",  "TARGETOSVERSION", "TARGETARCH",  "TARGETVARIANT", "BUILDPLATFORM", "BUILDOS",
    "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT",    "TARGETSTAGE", "HTTP_PROXY",    "HTTPS_PROXY",   "FTP_PROXY",
    "NO_PROXY",       "ALL_PROXY", "http_proxy",      "https_proxy", "ftp_proxy",     "no_proxy",      "all_proxy"};

constexpr bool is_global(graph_view g, text_view name) {
    for (unsigned i = 0; i != g.n_args; ++i)
        if (g.words[g.args[i].first].view() == name) return true;
    for (auto const& p : predefined)
        if (p == name) return true;
    return false;
}

/// A variable in FROM (or its platform) that no `args(…)` of the graph declares.
struct undefined_arg_in_from_check {
    static constexpr offence check(graph_view g) {
        offence found;
        for_each_step(g, [&](unsigned stage, dsl::step const& s, dsl::word const* w) {
            for (unsigned i = 0; s.what == op::from && i != s.count; ++i)
                if (any_variable(w[i].view(), [&](text_view name) { return !is_global(g, name); })) {
                    found = {stage, w[i].view(), s.line};
                    return true;
                }
            return false;
        });
        return found;
    }
};
inline constexpr rule<undefined_arg_in_from_check> undefined_arg_in_from{};

/// A variable that neither ENV nor ARG has defined before, in the stage or the stages it is built from. What a base image's environment
/// defines is not known here: declare it, or leave this rule out.
struct undefined_var_check {
    static constexpr bool declared(graph_view g, unsigned stage, unsigned end, text_view name) {
        for (unsigned k = g.begin[stage]; k != end; ++k)
            if ((g.steps[k].what == op::env || g.steps[k].what == op::arg) && !g.steps[k].trigger)
                for (unsigned i = 0; i != g.steps[k].count; ++i)
                    if (auto const& w = g.words[g.steps[k].first + i]; w.what == role::key && w.view() == name) return true;
        auto const base = policy::base_of(g, stage);
        return base != query::no_stage && declared(g, base, g.begin[base + 1], name);
    }
    /// Whether the words of the step are expanded at all (V015).
    static constexpr bool expands(dsl::step const& s, role r) {
        switch (s.what) {
            case op::from:
            case op::entrypoint:
            case op::cmd:
            case op::healthcheck:
            case op::shell:
            case op::maintainer:
            case op::trigger:
                return false;
            case op::run:
                return r >= role::mount_target && r <= role::mount_env;
            default:
                return r != role::exclude && r != role::heredoc_body && r != role::heredoc_name && r != role::image && r != role::stage;
        }
    }
    static constexpr offence check(graph_view g) {
        for (unsigned i = 0; i != g.n_stages; ++i)
            for (unsigned k = g.begin[i]; k != g.begin[i + 1]; ++k) {
                auto const& s = g.steps[k];
                for (unsigned n = 0; n != s.count && !s.trigger; ++n) {
                    auto const& w = g.words[s.first + n];
                    if (expands(s, w.what) &&
                        any_variable(w.view(), [&](text_view name) { return name != "PATH" && !declared(g, i, k, name); }))
                        return {i, w.view(), s.line};
                }
            }
        return {};
    }
};
inline constexpr rule<undefined_var_check> undefined_var{};

/// With the defaults of the global arguments alone, FROM would name nothing.
struct invalid_default_arg_in_from_check {
    static constexpr text_view default_of(graph_view g, text_view name) {
        for (unsigned i = 0; i != g.n_args; ++i)
            if (auto const* w = g.words + g.args[i].first; w[0].view() == name && g.args[i].count == 2) return w[1].view();
        return {};
    }
    /// First and last character of what a text with simple variables expands to.
    struct ends {
        char first = 0, last = 0;
        bool known = true;
    };
    static constexpr ends expand(graph_view g, text_view t) {
        ends e;
        for (unsigned i = 0; i < t.size; ++i) {
            if (t[i] == '\'' || t[i] == '"' || t[i] == '\\') return {0, 0, false};
            if (t[i] != '$') {
                if (!e.first) e.first = t[i];
                e.last = t[i];
                continue;
            }
            bool const brace = i + 1 < t.size && t[i + 1] == '{';
            auto const first = brace ? i + 2 : i + 1, end = dsl::check::name_end(t, first);
            if (end == first || (brace && (end >= t.size || t[end] != '}'))) return {0, 0, false};
            auto const value = default_of(g, t.part(first, end));
            if (value.contains('$') || (!value.given() && !is_declared(g, t.part(first, end)))) return {0, 0, false};
            if (!value.empty()) {
                if (!e.first) e.first = value[0];
                e.last = value[value.size - 1];
            }
            i = brace ? end : end - 1;
        }
        return e;
    }
    static constexpr bool is_declared(graph_view g, text_view name) {
        for (unsigned i = 0; i != g.n_args; ++i)
            if (g.words[g.args[i].first].view() == name) return true;
        return false;
    }
    static constexpr offence check(graph_view g) {
        offence found;
        for_each_step(g, [&](unsigned stage, dsl::step const& s, dsl::word const* w) {
            if (s.what != op::from || (w[0].what != role::image && w[0].what != role::select_text)) return false;
            auto const e = expand(g, w[0].view());
            if (!e.known || (e.first && e.first != ':' && e.first != '/' && e.last != ':' && e.last != '/' && e.last != '@')) return false;
            found = {stage, w[0].view(), s.line};
            return true;
        });
        return found;
    }
};
inline constexpr rule<invalid_default_arg_in_from_check> invalid_default_arg_in_from{};

}  // namespace constage::lint

#endif
