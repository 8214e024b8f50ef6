// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_GRAPH_QUERY_HPP_INCLUDED
#define CONSTAGE_GRAPH_QUERY_HPP_INCLUDED

#include <constage/dsl/stage.hpp>
#include <constage/graph/view.hpp>

/// Questions to a graph, for static_assert and run time: `static_assert(query::level(app, runtime) == 1)`. A stage is named by its
/// variable or by text.
namespace constage::query {

using dsl::edge;

inline constexpr unsigned no_stage = ~0u;

/// Names a stage: `build` or "build".
struct stage_key {
    detail::text_view name;

    constexpr stage_key(char const* text) : name(text) {}
    constexpr stage_key(detail::text_view text) : name(text) {}
    template <class Name, unsigned S, unsigned W, class... N>
    constexpr stage_key(dsl::stage_t<Name, S, W, N...> const&) : name(Name::view()) {}
};

/// Number of a stage in the written order; no_stage if there is none.
constexpr unsigned find(graph_view g, stage_key key) {
    for (unsigned i = 0; i != g.n_stages; ++i)
        if (g.names[i] == key.name) return i;
    return no_stage;
}
constexpr bool contains(graph_view g, stage_key key) { return find(g, key) != no_stage; }

/// 0 for a stage that needs no other, else one more than the highest level of what it needs; no_stage if there is no such stage.
constexpr unsigned level(graph_view g, stage_key key) {
    auto const i = find(g, key);
    return i == no_stage ? no_stage : g.level[i];
}
/// How many levels there are: the length of the critical path in stages.
constexpr unsigned levels(graph_view g) {
    unsigned n = 0;
    for (unsigned i = 0; i != g.n_stages; ++i)
        if (g.level[i] + 1 > n) n = g.level[i] + 1;
    return n;
}
/// The largest number of stages on one level: how many can run at the same time, at least.
constexpr unsigned width(graph_view g) {
    unsigned best = 0;
    for (unsigned l = 0, n = levels(g); l != n; ++l) {
        unsigned count = 0;
        for (unsigned i = 0; i != g.n_stages; ++i) count += g.level[i] == l;
        if (count > best) best = count;
    }
    return best;
}

/// Place of a stage in the order of execution; no_stage if there is none.
constexpr unsigned position(graph_view g, stage_key key) {
    for (unsigned i = 0; i != g.n_stages; ++i)
        if (g.names[g.order[i]] == key.name) return i;
    return no_stage;
}

constexpr bool has_edge(graph_view g, stage_key user, stage_key used, edge kind) {
    auto const a = find(g, user), b = find(g, used);
    for (unsigned e = 0; e != g.n_links; ++e)
        if (g.links[e].user == a && g.links[e].used == b && g.links[e].kind == kind) return true;
    return false;
}

constexpr bool is_target(graph_view g, unsigned stage) {
    bool any = false;
    for (unsigned i = 0; i != g.n_stages; ++i) any = any || g.target[i];
    return any ? g.target[stage] : stage + 1 == g.n_stages;
}
constexpr bool is_target(graph_view g, stage_key key) {
    auto const i = find(g, key);
    return i != no_stage && is_target(g, i);
}

/// Which kinds of edge to follow.
struct kinds {
    bool from = true, copy = true, mount = true, select = true, onbuild = true;

    constexpr bool has(edge e) const {
        switch (e) {
            case edge::from:
                return from;
            case edge::copy:
                return copy;
            case edge::mount:
                return mount;
            case edge::select:
                return select;
            case edge::onbuild:
                return onbuild;
        }
        return false;
    }
};

/// True if `user` is `used`, or needs it through any number of edges of these kinds. No memory: follows the levels downwards.
constexpr bool reaches(graph_view g, unsigned user, unsigned used, kinds which = {}) {
    if (user == used) return true;
    for (unsigned e = 0; e != g.n_links; ++e)
        if (g.links[e].user == user && which.has(g.links[e].kind) && g.level[g.links[e].used] >= g.level[used] &&
            reaches(g, g.links[e].used, used, which))
            return true;
    return false;
}
constexpr bool reaches(graph_view g, stage_key user, stage_key used, kinds which = {}) {
    auto const a = find(g, user), b = find(g, used);
    return a != no_stage && b != no_stage && reaches(g, a, b, which);
}

/// True if some target needs the stage: the others are never built.
constexpr bool is_needed(graph_view g, stage_key key) {
    auto const s = find(g, key);
    if (s == no_stage) return false;
    for (unsigned i = 0; i != g.n_stages; ++i)
        if (is_target(g, i) && reaches(g, i, s)) return true;
    return false;
}

}  // namespace constage::query

#endif
