// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_POLICY_REQUIRE_HPP_INCLUDED
#define CONSTAGE_POLICY_REQUIRE_HPP_INCLUDED

#include <constage/detail/fixed_string.hpp>
#include <constage/graph/error.hpp>
#include <constage/policy/walk.hpp>

namespace constage::policy {

/// A policy is a class with `static constexpr offence check(graph_view)`; a value of `rule<it>` is what programs name.
/// `policy::pinned_bases(app)` is true if the graph obeys; `policy::pinned_bases.why(app)` says who does not.
template <class Check>
struct rule {
    template <class G>
    constexpr bool operator()(G const& g) const {
        return !Check::check(g).found();
    }
    template <class G>
    constexpr offence why(G const& g) const {
        return Check::check(g);
    }
    using check = Check;
};

}  // namespace constage::policy

namespace constage {

namespace dsl {
template <auto const& Graph, auto Policy>
consteval void require_one() {
    constexpr auto found = Policy.why(Graph);
    if constexpr (found.found()) {
        constexpr auto stage = view(Graph).names[found.stage];  // clang 14 takes no reference to a subobject as a template argument
        static_assert(
            error::graph_obeys<typename decltype(Policy)::check, error::in_stage<detail::name_of<fixed_string<stage.size + 1>(stage)>>,
                               error::because<detail::name_of<fixed_string<found.text.size + 1>(found.text)>>>,
            "the graph breaks a policy");
    }
}
}  // namespace dsl

/// `static_assert(require<app, policy::pinned_bases, policy::runs_as_non_root>())`: like asserting the policies themselves, but the message
/// names the stage and the text at fault.
template <auto const& Graph, auto... Policy>
consteval bool require() {
    (dsl::require_one<Graph, Policy>(), ...);
    return true;
}

}  // namespace constage

#endif
