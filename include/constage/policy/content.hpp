// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_POLICY_CONTENT_HPP_INCLUDED
#define CONSTAGE_POLICY_CONTENT_HPP_INCLUDED

#include <constage/policy/require.hpp>

/// Policies about what instructions say.
namespace constage::policy {

/// The container does not start as root: the last USER on each target's chain of FROM names somebody else. What the base image says is
/// not known here, so a chain without USER is refused.
struct runs_as_non_root_check {
    static constexpr bool is_root(text_view user) {
        auto const colon = user.find(':');
        auto const name = user.part(0, colon);
        return name == "root" || name == "0" || name.empty();
    }
    static constexpr offence of_target(graph_view g, unsigned target) {
        for (auto i = target; i != query::no_stage; i = base_of(g, i))
            for (unsigned k = g.begin[i + 1]; k-- != g.begin[i];)
                if (g.steps[k].what == dsl::op::user && !g.steps[k].trigger) {
                    auto const user = g.words[g.steps[k].first].view();
                    return is_root(user) ? offence{i, user, g.steps[k].line} : offence{};
                }
        return {target, "no user(...): root", g.steps[g.begin[target]].line};
    }
    static constexpr offence check(graph_view g) {
        for (unsigned i = 0; i != g.n_stages; ++i)
            if (query::is_target(g, i))
                if (auto const found = of_target(g, i); found.found()) return found;
        return {};
    }
};
inline constexpr rule<runs_as_non_root_check> runs_as_non_root{};

inline constexpr text_view secret_words[] = {"apikey",   "auth",  "credential", "credentials", "key",
                                             "password", "pword", "passwd",     "secret",      "token"};
inline constexpr text_view harmless_words[] = {"public", "file", "version"};

/// True if the name has, as a word between `_` or the ends, one that stands for a secret, and none that allays it.
constexpr bool sounds_secret(text_view name) {
    bool secret = false;
    for (unsigned i = 0; i <= name.size;) {
        auto end = name.find('_', i);
        if (end == detail::npos) end = name.size;
        for (auto const& w : secret_words) secret = secret || detail::same_but_case(name.part(i, end), w);
        for (auto const& w : harmless_words)
            if (detail::same_but_case(name.part(i, end), w)) return false;
        i = end + 1;
    }
    return secret;
}

/// No ENV or ARG whose name sounds like a secret: both stay readable in the image. Use `run(…).secret("id")`.
struct no_secret_in_env_check {
    static constexpr offence check(graph_view g) {
        for (unsigned i = 0; i != g.n_args; ++i)
            if (auto const name = g.words[g.args[i].first].view(); sounds_secret(name)) return {g.n_stages - 1, name, g.args[i].line};
        offence found;
        for_each_step(g, [&](unsigned stage, dsl::step const& s, dsl::word const* w) {
            if (s.what != dsl::op::env && s.what != dsl::op::arg) return false;
            for (unsigned i = 0; i != s.count; ++i)
                if (w[i].what == dsl::role::key && sounds_secret(w[i].view())) {
                    found = {stage, w[i].view(), s.line};
                    return true;
                }
            return false;
        });
        return found;
    }
};
inline constexpr rule<no_secret_in_env_check> no_secret_in_env{};

/// Every RUN says `.network("none")`.
struct no_network_in_run_check {
    static constexpr offence check(graph_view g) {
        offence found;
        for_each_step(g, [&](unsigned stage, dsl::step const& s, dsl::word const* w) {
            if (s.what != dsl::op::run || word_of(s, w, dsl::role::network) == "none") return false;
            found = {stage, w[0].view(), s.line};
            return true;
        });
        return found;
    }
};
inline constexpr rule<no_network_in_run_check> no_network_in_run{};

/// Each target has these labels, set on its chain of FROM.
template <fixed_string... Key>
struct labels_check {
    static constexpr bool has(graph_view g, unsigned target, text_view key) {
        for (auto i = target; i != query::no_stage; i = base_of(g, i))
            for (unsigned k = g.begin[i]; k != g.begin[i + 1]; ++k)
                if (g.steps[k].what == dsl::op::label && !g.steps[k].trigger)
                    for (unsigned n = 0; n != g.steps[k].count; ++n)
                        if (auto const& w = g.words[g.steps[k].first + n]; w.what == dsl::role::key && w.view() == key) return true;
        return false;
    }
    static constexpr offence check(graph_view g) {
        for (unsigned i = 0; i != g.n_stages; ++i)
            if (query::is_target(g, i)) {
                text_view missing;
                ((missing.given() || has(g, i, Key.view()) ? void() : void(missing = Key.view())), ...);
                if (missing.given()) return {i, missing, 0};
            }
        return {};
    }
};
template <fixed_string... Key>
inline constexpr rule<labels_check<Key...>> labels{};

}  // namespace constage::policy

#endif
