// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_GRAPH_ITEMS_HPP_INCLUDED
#define CONSTAGE_GRAPH_ITEMS_HPP_INCLUDED

#include <constage/dsl/config.hpp>
#include <constage/dsl/stage.hpp>
#include <constage/graph/shape.hpp>

/// What `graph(…)` takes: stages, `targets(…)`, `args(…)`.
namespace constage::dsl {

/// Several stages that are images.
template <class... Stage>
struct targets_t : block_data<(0u + ... + Stage::n_steps), (0u + ... + Stage::n_words)> {
    static constexpr row stages[] = {Stage::as_item...};
    static constexpr row as_item = {{}, nullptr, 0, 0, 0, stages, sizeof...(Stage), 0};
};

/// Several ARGs: in a stage one instruction, in a graph the arguments before the first FROM.
template <unsigned N, unsigned Words>
struct args_t : block<1, Words, 0> {
    static constexpr row as_item = {{}, nullptr, 0, 0, Words, nullptr, 0, N};
    where places[N]{};
};

template <class T>
concept graph_item = requires {
    T::as_item;
};

/// How large the arrays of a graph are.
struct sizes {
    unsigned stages = 0, links = 0, steps = 0, words = 0, args = 0;
};

// What follows runs for each stage of each graph while it is compiled, and there a call of a function costs more than ten operations:
// hence loops with few calls. (Not fold expressions: clang nests those no deeper than 256.)

/// The stages of a list of items, in the written order. A stage in `targets(…)` that also stands elsewhere is only marked.
template <unsigned M>
struct listing {
    row const* stages[M ? M : 1]{};
    bool dropped[M ? M : 1]{};
    bool target[M ? M : 1]{};
};

template <unsigned M>
constexpr listing<M> list(row const* items, unsigned n_items) {
    listing<M> r{};
    bool in_targets[M ? M : 1]{};
    unsigned n = 0, n_in_targets = 0;
    for (auto const* item = items; item != items + n_items; ++item) {
        if (item->n_args) continue;
        if (!item->inner) r.stages[n++] = item;
        for (unsigned k = 0; k != item->n_inner; ++k, ++n_in_targets) {
            in_targets[n] = true;
            r.stages[n++] = item->inner + k;
        }
    }
    for (unsigned i = 0; n_in_targets != 0 && i != M; ++i) {
        if (!in_targets[i]) continue;
        r.target[i] = true;
        for (unsigned k = 0; k != M; ++k)
            if (k != i && !r.dropped[k] && r.stages[k]->name == r.stages[i]->name && (!in_targets[k] || k < i)) {
                r.dropped[i] = true;
                r.target[k] = true;
                break;
            }
    }
    return r;
}

constexpr unsigned count_stages(row const* items, unsigned n_items) {
    unsigned n = 0;
    for (unsigned i = 0; i != n_items; ++i)
        if (!items[i].n_args) n += items[i].inner ? items[i].n_inner : 1;
    return n;
}

template <class... Item>
struct inventory {
    static constexpr unsigned n_items = sizeof...(Item);
    static constexpr row items[] = {Item::as_item..., row{}};
    static constexpr unsigned n_listed = count_stages(items, n_items);
    static constexpr listing<n_listed> listed = list<n_listed>(items, n_items);

    static constexpr sizes count() {
        sizes s;
        for (auto const& i : items)
            if (i.n_args) {
                s.args += i.n_args;
                s.words += i.n_words;
            }
        for (unsigned i = 0; i != n_listed; ++i)
            if (!listed.dropped[i]) {
                auto const* const stage = listed.stages[i];
                ++s.stages;
                s.links += stage->n_needs;
                s.steps += stage->n_steps;
                s.words += stage->n_words;
            }
        return s;
    }
    static constexpr sizes size = count();

    static constexpr shape<size.stages, size.links> analysed() {
        shape<size.stages, size.links> r{};
        wanted needs[size.links + 1]{};
        unsigned n = 0, e = 0;
        for (unsigned i = 0; i != n_listed; ++i) {
            if (listed.dropped[i]) continue;
            auto const* const s = listed.stages[i];
            for (unsigned k = 0; k != s->n_needs; ++k) {
                needs[e] = s->needs[k];
                needs[e++].user = n;
            }
            r.names[n++] = s->name;
        }
        return analyse(r, needs);
    }
    static constexpr auto shape_v = analysed();
};

// Where the ARGs of an item stand. (A pointer converts to `void const*` if nothing better is there: no template for each stage.)
constexpr where const* places_of(void const*) { return nullptr; }
template <unsigned N, unsigned Words>
constexpr where const* places_of(args_t<N, Words> const* a) {
    return a->places;
}

}  // namespace constage::dsl

namespace constage {

/// The images of the program, if it is not the last stage: `graph(base, targets(app, debug))`. Shared stages are built once.
template <dsl::stage_like... Stage>
constexpr dsl::targets_t<Stage...> targets(Stage const&... stage) {
    static_assert(sizeof...(Stage) > 0, "targets() names no stage");
    return {dsl::gathered(stage...)};
}

/// `graph(args(arg("VERSION", "1.2")), …)`: arguments that FROM can use (A002). In a stage: one ARG instruction with several names.
template <unsigned... W>
constexpr dsl::args_t<sizeof...(W), (0u + ... + W)> args(dsl::arg_step<W> const&... a) {
    static_assert(sizeof...(W) > 0, "args() names no argument");
    dsl::args_t<sizeof...(W), (0u + ... + W)> r{};
    unsigned n = 0, k = 0;
    dsl::piece const pieces[] = {dsl::piece_of(a)...};
    for (auto const& p : pieces) {
        r.places[k++] = {p.steps[0].line, p.steps[0].file};
        for (unsigned i = 0; i != p.n_words; ++i) r.words[n++] = p.words[i];
    }
    r.steps[0] = dsl::step(dsl::op::arg, n, r.places[0]);
    return r;
}

}  // namespace constage

#endif
