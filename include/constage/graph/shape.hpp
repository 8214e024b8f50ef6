// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_GRAPH_SHAPE_HPP_INCLUDED
#define CONSTAGE_GRAPH_SHAPE_HPP_INCLUDED

#include <constage/dsl/step.hpp>

namespace constage::dsl {

/// `user` needs `used`: numbers of stages in the written order.
struct link {
    unsigned user = 0, used = 0;
    edge kind = edge::from;
};

enum class problem : unsigned char { none, empty, duplicate, unknown, number, cycle };

/// What is wrong with a graph. `missing` is the name that was not found, `near` the stage whose name is nearest to it.
struct finding {
    problem what = problem::none;
    unsigned who = 0, near = 0;
    text_view missing;
};

/// The dependency graph of N stages (numbered as written) with E links.
template <unsigned N, unsigned E>
struct shape {
    static constexpr unsigned n_stages = N, n_links = E;
    finding found;
    text_view names[N ? N : 1]{};
    link links[E ? E : 1]{};
    unsigned order[N ? N : 1]{};  ///< users after what they use; else as written
    unsigned level[N ? N : 1]{};  ///< 0: needs no stage
    unsigned cycle[N ? N : 1]{}, n_cycle = 0;
};

/// Levenshtein distance; 99 for long names.
constexpr unsigned distance(text_view a, text_view b) {
    if (a.size > 64 || b.size > 64) return 99;
    unsigned row[65]{};
    for (unsigned j = 0; j <= b.size; ++j) row[j] = j;
    for (unsigned i = 1; i <= a.size; ++i) {
        auto diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= b.size; ++j) {
            auto const up = row[j];
            auto best = diagonal + (a[i - 1] != b[j - 1]);
            if (up + 1 < best) best = up + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            diagonal = up;
            row[j] = best;
        }
    }
    return row[b.size];
}

/// Names to numbers.
template <unsigned N>
struct name_table {
    static constexpr unsigned room() {
        unsigned c = 4;
        while (c < 2 * N) c *= 2;
        return c;
    }
    static constexpr unsigned mask = room() - 1;
    unsigned slot[mask + 1]{};

    /// The place of `name`, or of the gap where it belongs. Names are members of types: of equal ones there is but one object.
    constexpr unsigned place(text_view const* names, text_view name) const {
        unsigned h = 0;
        for (unsigned i = 0; i != name.size; ++i) h = (h ^ static_cast<unsigned char>(name.data[i])) * 16777619u;
        h = (h ^ h >> 15) & mask;
        while (slot[h] && names[slot[h] - 1].data != name.data) h = (h + 1) & mask;
        return h;
    }
};

/// The stage whose name is nearest to `name`, other than `but`.
constexpr unsigned nearest(text_view const* names, unsigned n, text_view name, unsigned but) {
    unsigned best = ~0u, which = but;
    for (unsigned i = 0; i != n; ++i)
        if (i != but)
            if (auto const d = distance(names[i], name); d < best) {
                best = d;
                which = i;
            }
    return which;
}

/// Looks names up; reports duplicates, unknown names, numbers that are not positions.
template <unsigned N, unsigned E>
constexpr void resolve(shape<N, E>& r, wanted const* needs) {
    name_table<N> table{};
    for (unsigned i = 0; i != N; ++i) {
        auto const h = table.place(r.names, r.names[i]);
        if (table.slot[h]) {
            r.found = {problem::duplicate, i, 0, {}};
            return;
        }
        if (r.names[i].data[0] <= '9' && detail::all_digits(r.names[i]) && detail::number_of(r.names[i]) != i) {
            r.found = {problem::number, i, 0, {}};
            return;
        }
        table.slot[h] = i + 1;
    }
    for (unsigned e = 0; e != E; ++e) {
        auto used = table.slot[table.place(r.names, needs[e].name)];
        if (!used && detail::all_digits(needs[e].name) && detail::number_of(needs[e].name) < N)
            used = detail::number_of(needs[e].name) + 1;  // S008: a named stage by its number
        if (!used) {
            r.found = {problem::unknown, needs[e].user, nearest(r.names, N, needs[e].name, needs[e].user), needs[e].name};
            return;
        }
        r.links[e] = {needs[e].user, used - 1, needs[e].kind};
    }
}

/// The order is the written one, but each stage comes after what it needs; depth first, without recursion.
template <unsigned N, unsigned E>
constexpr void sort(shape<N, E>& r) {
    unsigned first[N + 1]{}, used[E ? E : 1]{}, at[N ? N : 1]{}, path[N ? N : 1]{};
    enum : unsigned char { fresh, open, done };
    unsigned char state[N ? N : 1]{};
    for (unsigned e = 0; e != E; ++e) ++first[r.links[e].user + 1];
    for (unsigned i = 0; i != N; ++i) first[i + 1] += first[i];
    for (unsigned i = 0; i != N; ++i) at[i] = first[i];
    for (unsigned e = 0; e != E; ++e) used[at[r.links[e].user]++] = r.links[e].used;
    for (unsigned i = 0; i != N; ++i) at[i] = first[i];
    unsigned n_order = 0;
    for (unsigned i = 0; i != N; ++i) {
        if (state[i] != fresh) continue;
        unsigned depth = 0;
        path[depth++] = i;
        state[i] = open;
        while (depth) {
            auto const s = path[depth - 1];
            if (at[s] == first[s + 1]) {
                state[s] = done;
                r.order[n_order++] = s;
                --depth;
                continue;
            }
            auto const u = used[at[s]++];
            if (state[u] == open) {
                r.found.what = problem::cycle;
                unsigned k = 0;
                while (path[k] != u) ++k;
                for (; k != depth; ++k) r.cycle[r.n_cycle++] = path[k];
                return;
            }
            if (state[u] == fresh) {
                state[u] = open;
                path[depth++] = u;
            }
        }
    }
    for (unsigned k = 0; k != N; ++k) {
        auto const s = r.order[k];
        for (auto u = first[s]; u != first[s + 1]; ++u)
            if (r.level[used[u]] + 1 > r.level[s]) r.level[s] = r.level[used[u]] + 1;
    }
}

template <unsigned N, unsigned E>
constexpr shape<N, E> analyse(shape<N, E> r, wanted const* needs) {
    if constexpr (N == 0) {
        r.found.what = problem::empty;
    } else {
        resolve(r, needs);
        if (r.found.what == problem::none) sort(r);
    }
    return r;
}

}  // namespace constage::dsl

#endif
