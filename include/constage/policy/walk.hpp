// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_POLICY_WALK_HPP_INCLUDED
#define CONSTAGE_POLICY_WALK_HPP_INCLUDED

#include <constage/graph/query.hpp>

/// What policies and lints are made of.
namespace constage::policy {

using detail::text_view;

/// Which stage breaks a rule, and the text that shows it. `stage == query::no_stage`: none does.
struct offence {
    unsigned stage = query::no_stage;
    text_view text;
    unsigned line = 0;  ///< of the instruction

    constexpr bool found() const { return stage != query::no_stage; }
};

/// Calls `f(stage, step, words)` for each instruction, in the written order, until it returns true.
template <class F>
constexpr void for_each_step(graph_view g, F f) {
    for (unsigned i = 0; i != g.n_stages; ++i)
        for (unsigned k = g.begin[i]; k != g.begin[i + 1]; ++k)
            if (f(i, g.steps[k], g.words + g.steps[k].first)) return;
}

/// The stage that `stage` is built FROM; no_stage: an image, scratch, or a choice.
constexpr unsigned base_of(graph_view g, unsigned stage) {
    for (unsigned e = 0; e != g.n_links; ++e)
        if (g.links[e].user == stage && g.links[e].kind == dsl::edge::from) return g.links[e].used;
    return query::no_stage;
}

/// Text of the first word of a role, else not given.
constexpr text_view word_of(dsl::step const& s, dsl::word const* w, dsl::role r) {
    for (unsigned i = 0; i != s.count; ++i)
        if (w[i].what == r && w[i].given()) return w[i].view();
    return {};
}

}  // namespace constage::policy

#endif
