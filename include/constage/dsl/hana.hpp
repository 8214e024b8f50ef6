// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_HANA_HPP_INCLUDED
#define CONSTAGE_DSL_HANA_HPP_INCLUDED

#include <constage/dsl.hpp>

#include <boost/hana/core/tag_of.hpp>
#include <boost/hana/fold_left.hpp>
#include <boost/hana/fwd/fold_left.hpp>
#include <boost/hana/fwd/unpack.hpp>

/// Graphs for Boost.Hana, apart from dsl.hpp because of what Hana's headers cost: a graph is a Foldable of its stages, in the order of
/// execution: `hana::for_each(app, f)`, `hana::fold_left(app, 0u, f)`, `hana::unpack(app, f)`, `hana::length(app)`.
/// `graph_of` makes a graph of a tuple of stages, such as a template gives for each element of a hana::cartesian_product.
namespace constage {

struct graph_tag {};

/// What a fold over a graph sees of a stage.
struct stage_view {
    unsigned number = 0;  ///< in the written order
    detail::text_view name;
    unsigned level = 0;
    dsl::step const* steps = nullptr;
    unsigned n_steps = 0;
    bool target = false;
};

constexpr stage_view stage_at(graph_view g, unsigned position) {
    auto const i = g.order[position];
    return {i, g.names[i], g.level[i], g.steps + g.begin[i], g.begin[i + 1] - g.begin[i], query::is_target(g, i)};
}

/// `graph_of(hana::make_tuple(stage…, stage…))`: a graph of a tuple of stages, as algorithms of Hana make them.
template <class Stages>
constexpr auto graph_of(Stages const& stages) {
    return boost::hana::unpack(stages, [](auto const&... s) { return graph(s...); });
}

}  // namespace constage

namespace boost::hana {

template <unsigned N, unsigned E, unsigned S, unsigned W, unsigned A>
struct tag_of<constage::dsl::graph_t<N, E, S, W, A>> {
    using type = constage::graph_tag;
};

template <>
struct unpack_impl<constage::graph_tag> {
    template <class G, class F>
    static constexpr decltype(auto) apply(G const& g, F&& f) {
        return [&]<unsigned... I>(constage::detail::indices<I...>)->decltype(auto) {
            return static_cast<F&&>(f)(constage::stage_at(g, I)...);
        }
        (constage::detail::make_indices<G::size()>{});
    }
};

}  // namespace boost::hana

#endif
