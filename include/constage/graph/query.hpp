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

constexpr bool has_targets(graph_view g) {
    for (unsigned i = 0; i != g.n_stages; ++i)
        if (g.target[i]) return true;
    return false;
}
constexpr bool is_target(graph_view g, unsigned stage) { return g.target[stage] || (stage + 1 == g.n_stages && !has_targets(g)); }
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

/// The stages that some stages need, themselves included: one pass against the order of execution.
class reach {
public:
    constexpr explicit reach(graph_view g) : marked_(new bool[g.n_stages + 1]{}), first_(new unsigned[g.n_stages + 1]{}) {
        for (unsigned e = 0; e != g.n_links; ++e) ++first_[g.links[e].user + 1];  // links are sorted by user
        for (unsigned i = 0; i != g.n_stages; ++i) first_[i + 1] += first_[i];
    }
    reach(reach const&) = delete;
    reach& operator=(reach const&) = delete;
    constexpr ~reach() {
        delete[] marked_;
        delete[] first_;
    }

    constexpr void start_at(unsigned stage) { marked_[stage] = true; }
    constexpr void follow(graph_view g, kinds which) {
        for (unsigned k = g.n_stages; k-- != 0;)
            if (auto const s = g.order[k]; marked_[s])
                for (auto e = first_[s]; e != first_[s + 1]; ++e)
                    if (which.has(g.links[e].kind)) marked_[g.links[e].used] = true;
    }
    /// Only the stages that a marked one has to wait for longest.
    constexpr void follow_longest(graph_view g) {
        for (unsigned k = g.n_stages; k-- != 0;)
            if (auto const s = g.order[k]; marked_[s])
                for (auto e = first_[s]; e != first_[s + 1]; ++e)
                    if (auto const used = g.links[e].used; g.level[used] + 1 == g.level[s]) marked_[used] = true;
    }
    constexpr bool operator[](unsigned stage) const { return marked_[stage]; }

private:
    bool* marked_;
    unsigned* first_;
};

/// True if `user` is `used`, or needs it through any number of edges of these kinds.
constexpr bool reaches(graph_view g, unsigned user, unsigned used, kinds which = {}) {
    reach r(g);
    r.start_at(user);
    r.follow(g, which);
    return r[used];
}
/// The same from any target.
constexpr bool targets_reach(graph_view g, unsigned used, kinds which = {}) {
    reach r(g);
    for (unsigned i = 0; i != g.n_stages; ++i)
        if (is_target(g, i)) r.start_at(i);
    r.follow(g, which);
    return r[used];
}
constexpr bool reaches(graph_view g, stage_key user, stage_key used, kinds which = {}) {
    auto const a = find(g, user), b = find(g, used);
    return a != no_stage && b != no_stage && reaches(g, a, b, which);
}

/// True if some target needs the stage: the others are never built.
constexpr bool is_needed(graph_view g, stage_key key) {
    auto const s = find(g, key);
    return s != no_stage && targets_reach(g, s);
}

/// True if the stage is on a critical path: a longest chain of stages that ends in a target.
constexpr bool is_critical(graph_view g, stage_key key) {
    unsigned longest = 0;
    for (unsigned i = 0; i != g.n_stages; ++i)
        if (is_target(g, i) && g.level[i] > longest) longest = g.level[i];
    reach r(g);
    for (unsigned i = 0; i != g.n_stages; ++i)
        if (is_target(g, i) && g.level[i] == longest) r.start_at(i);
    r.follow_longest(g);
    auto const s = find(g, key);
    return s != no_stage && r[s];
}

}  // namespace constage::query

#endif
