// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_GRAPH_GRAPH_HPP_INCLUDED
#define CONSTAGE_GRAPH_GRAPH_HPP_INCLUDED

#include <constage/graph/error.hpp>
#include <constage/graph/items.hpp>
#include <constage/graph/view.hpp>

namespace constage::dsl {

/// A checked graph. Arrays only: its type holds their lengths and no stage, so it stays cheap to pass on.
/// Ask it through constage::view, the functions of graph/query.hpp and the policies.
template <unsigned Stages, unsigned Links, unsigned Steps, unsigned Words, unsigned Args>
struct graph_t {
    shape<Stages, Links> form{};
    unsigned begin[Stages + 1]{};  ///< steps of stage i: [begin[i], begin[i + 1])
    bool target[Stages ? Stages : 1]{};
    step steps[Steps ? Steps : 1]{};
    word words[Words ? Words : 1]{};
    step args[Args ? Args : 1]{};

    using is_graph = void;
    static constexpr unsigned size() { return Stages; }

    constexpr operator graph_view() const {
        return {Stages, Links, Args, form.names, form.links, form.order, form.level, begin, target, steps, words, args};
    }
};

/// Appends the global arguments of an item: one step each in `args`, whose words go where the graph's are.
constexpr void append_args(row const& item, word const* from, where const* places, step*& args, appender& append) {
    word const* const end = from + item.n_words;
    for (unsigned i = 0; i != item.n_args; ++i) {
        unsigned const n = from + 1 < end && from[1].what == role::value ? 2 : 1;
        *args = step(op::arg, n, places[i]);
        args++->first = append.w;
        for (unsigned k = 0; k != n; ++k) append.words[append.w++] = *from++;
    }
}

template <auto const& Shape, unsigned I>
inline constexpr auto fixed_name = fixed_string<Shape.names[I].size + 1>(Shape.names[I]);
template <auto const& Shape, unsigned I>
using name_in = detail::name_of<fixed_name<Shape, I>>;

template <auto const& Shape, unsigned... I>
constexpr void reject_cycle(detail::indices<I...>) {
    static_assert(error::stages_form_no_cycle<name_in<Shape, Shape.cycle[I]>..., name_in<Shape, Shape.cycle[0]>>,
                  "stages need each other in a circle");
}

}  // namespace constage::dsl

namespace constage {

/// A graph of stages, checked: no unknown stage, no two of one name, no circle. Stages may stand in any order; the last one is the image,
/// unless `targets(…)` names others. Global arguments: `args(…)`.
template <class... Item>
constexpr auto graph(Item const&... item) {
    using inventory = dsl::inventory<Item...>;
    constexpr auto size = inventory::size;
    constexpr auto const& shape = inventory::shape_v;
    dsl::graph_t<size.stages, size.links, size.steps, size.words, size.args> g{};
    if constexpr (shape.found.what == dsl::problem::empty) {
        static_assert(error::graph_has_a_stage<Item...>, "graph(...) has no stage");
    } else if constexpr (shape.found.what == dsl::problem::unknown) {
        static_assert(error::stage_is_in_graph<detail::name_of<fixed_string<shape.found.missing.size + 1>(shape.found.missing)>,
                                               error::used_by<dsl::name_in<inventory::shape_v, shape.found.who>>,
                                               error::did_you_mean<dsl::name_in<inventory::shape_v, shape.found.near>>>,
                      "a stage refers to a stage that is not in graph(...)");
    } else if constexpr (shape.found.what == dsl::problem::duplicate) {
        static_assert(error::stage_names_differ<dsl::name_in<inventory::shape_v, shape.found.who>>,
                      "two stages of graph(...) have the same name");
    } else if constexpr (shape.found.what == dsl::problem::number) {
        static_assert(error::stage_number_is_its_position<dsl::name_in<inventory::shape_v, shape.found.who>>,
                      "a nameless stage stands at another place than its number says (counted from 0)");
    } else if constexpr (shape.found.what == dsl::problem::cycle) {
        dsl::reject_cycle<inventory::shape_v>(detail::make_indices<shape.n_cycle>{});
    } else {
        g.form = shape;
        dsl::piece const values[] = {dsl::piece{item.steps, item.words, 0, 0}...};
        dsl::appender append{g.steps, g.words};
        if constexpr (size.args != 0) {
            dsl::where const* const places[] = {dsl::places_of(&item)...};
            dsl::step* args = g.args;
            for (unsigned i = 0; i != inventory::n_items; ++i)
                if (inventory::items[i].n_args != 0) dsl::append_args(inventory::items[i], values[i].words, places[i], args, append);
        }
        unsigned listed = 0, n = 0;
        for (unsigned i = 0; i != inventory::n_items; ++i) {
            if (inventory::items[i].n_args) continue;
            auto const* steps = values[i].steps;
            auto const* words = values[i].words;
            for (auto const end = listed + (inventory::items[i].inner ? inventory::items[i].n_inner : 1); listed != end; ++listed) {
                auto const* const stage = inventory::listed.stages[listed];
                if (!inventory::listed.dropped[listed]) {
                    g.target[n] = inventory::listed.target[listed];
                    g.begin[n++] = append.s;
                    append({steps, words, stage->n_steps, stage->n_words});
                }
                steps += stage->n_steps;
                words += stage->n_words;
            }
        }
        g.begin[n] = append.s;
    }
    return g;
}

/// The graph, erased. It points into the graph, which must outlive it.
template <class G>
requires requires { typename G::is_graph; }
constexpr graph_view view(G const& g) { return g; }

}  // namespace constage

#endif
