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

/// The global arguments: one step each, whose words go into the graph's.
struct args_writer {
    step* to;
    appender* append;

    template <class Item>
    constexpr void operator()(Item const&) {}
    template <unsigned N, unsigned Words>
    constexpr void operator()(args_t<N, Words> const& a) {
        unsigned at = 0;
        for (unsigned i = 0; i != N; ++i) {
            unsigned const n = at + 1 < Words && a.words[at + 1].what == role::value ? 2 : 1;
            *to = step(op::arg, n, a.places[i]);
            to++->first = append->w;
            for (unsigned k = 0; k != n; ++k) append->words[append->w++] = a.words[at++];
        }
    }
};

template <auto const& Shape, unsigned I>
inline constexpr auto fixed_name = fixed_string<Shape.names[I].size + 1>(Shape.names[I]);
template <auto const& Shape, unsigned I>
using name_in = detail::name_of<fixed_name<Shape, I>>;

template <auto const& Shape, unsigned... I>
constexpr bool acyclic(detail::indices<I...>) {
    return error::stages_form_no_cycle<name_in<Shape, Shape.cycle[I]>..., name_in<Shape, Shape.cycle[0]>>;
}

}  // namespace constage::dsl

namespace constage {

/// A graph of stages, checked: no unknown stage, no two of one name, no circle. Stages may stand in any order; the last one is the image,
/// unless `targets(…)` names others. Global arguments: `args(…)`.
template <dsl::graph_item... Item>
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
        static_assert(dsl::acyclic<inventory::shape_v>(detail::make_indices<shape.n_cycle>{}), "stages need each other in a circle");
    } else {
        g.form = shape;
        dsl::piece pieces[inventory::n_listed]{};
        dsl::piece_list add{pieces};
        (add(item), ...);
        dsl::appender append{g.steps, g.words};
        unsigned n = 0;
        for (unsigned i = 0; i != inventory::n_listed; ++i)
            if (inventory::listed.kept[i]) {
                g.target[n] = inventory::listed.target[i];
                g.begin[n++] = append.s;
                append(pieces[i]);
            }
        g.begin[n] = append.s;
        if constexpr (size.args != 0) {
            dsl::args_writer write{g.args, &append};
            (write(item), ...);
        }
    }
    return g;
}

/// The graph, erased. It points into the graph, which must outlive it.
template <class G>
requires requires { typename G::is_graph; }
constexpr graph_view view(G const& g) { return g; }

}  // namespace constage

#endif
