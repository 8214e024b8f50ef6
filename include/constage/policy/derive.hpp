// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_POLICY_DERIVE_HPP_INCLUDED
#define CONSTAGE_POLICY_DERIVE_HPP_INCLUDED

#include <constage/policy/require.hpp>

namespace constage::policy {

/// True if a target inherits the stage through FROM (the target itself too): its layers and configuration are in the image.
constexpr bool derives_from(graph_view g, query::stage_key stage) {
    auto const i = query::find(g, stage);
    return i != query::no_stage && query::targets_reach(g, i, {.copy = false, .mount = false, .onbuild = false});
}

/// True if some file of the stage can reach a target, through FROM or COPY. Mounts ship nothing.
constexpr bool ships(graph_view g, query::stage_key stage) {
    auto const s = query::find(g, stage);
    return s != query::no_stage && query::targets_reach(g, s, {.mount = false});
}

template <fixed_string Stage>
struct does_not_derive_from_check {
    static constexpr offence check(graph_view g) {
        auto const s = query::find(g, Stage.view());
        return derives_from(g, Stage.view()) ? offence{s, Stage.view(), 0} : offence{};
    }
};
template <fixed_string Stage>
struct does_not_ship_check {
    static constexpr offence check(graph_view g) {
        auto const s = query::find(g, Stage.view());
        return ships(g, Stage.view()) ? offence{s, Stage.view(), 0} : offence{};
    }
};

/// For `require`: `require<app, policy::does_not_ship<"build">>()`.
template <fixed_string Stage>
inline constexpr rule<does_not_derive_from_check<Stage>> does_not_derive_from{};
template <fixed_string Stage>
inline constexpr rule<does_not_ship_check<Stage>> does_not_ship{};

}  // namespace constage::policy

#endif
