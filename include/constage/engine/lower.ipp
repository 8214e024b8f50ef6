// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LOWER_IPP_INCLUDED
#define CONSTAGE_ENGINE_LOWER_IPP_INCLUDED

#include <constage/engine/lower.hpp>
#include <constage/engine/lower_stage.hpp>
#include <constage/failure.hpp>

#include <algorithm>

namespace constage::engine {

CONSTAGE_INLINE std::vector<std::size_t> task::needs() const {
    std::vector<std::size_t> list;
    auto const add = [&](std::size_t t) {
        if (t != nothing && std::find(list.begin(), list.end(), t) == list.end()) list.push_back(t);
    };
    add(parent);
    if (what == kind::copy && !copy.from_context) add(copy.from);
    if (what == kind::run)
        for (auto const& m : run.mounts)
            if (!m.from_context) add(m.from);
    return list;
}

CONSTAGE_INLINE lowering lower(plan::plan const& what, lower_options const& how, base_provider const& bases) {
    lowering result;
    result.resolution = plan::resolve(what, how.choice);
    result.stages.resize(what.stages.size());
    lower_detail::lowerer l{what, how, bases, result, {}, {}};
    for (auto const t : result.resolution.targets) l.need(t, plan::source{});
    return result;
}

}  // namespace constage::engine

#endif
