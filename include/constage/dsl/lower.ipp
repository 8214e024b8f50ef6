// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_LOWER_IPP_INCLUDED
#define CONSTAGE_DSL_LOWER_IPP_INCLUDED

#include <constage/dsl/lower.hpp>
#include <constage/dsl/lower_step.hpp>
#include <constage/failure.hpp>
#include <constage/graph/query.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace constage::dsl {

namespace lower_detail {

/// The base of a stage, and its platform.
CONSTAGE_INLINE void lower_from(stage_names const& names, step const& s, words_of words, plan::stage& into) {
    for (auto const& w : words) {
        switch (w.what) {
            case role::scratch:
                into.from = {plan::reference::kind::scratch, 0, "scratch", {}};
                break;
            case role::image:
                into.from = names.image(w, s);
                break;
            case role::stage:
                into.from = names.stage(w.view());
                break;
            case role::select_text:
                into.from = {plan::reference::kind::select, 0, text_of(w), {}};
                break;
            case role::choice:
                into.from.choices.push_back(names.index(w.view()));
                break;
            case role::platform:
                into.platform = text_of(w);
                break;
            default:
                break;
        }
    }
    std::sort(into.from.choices.begin(), into.from.choices.end());
    into.source = source_of(s);
}

CONSTAGE_INLINE std::vector<std::size_t> targets_of(graph_view g, std::vector<std::size_t> const& position) {
    std::vector<std::size_t> targets;
    for (unsigned i = 0; i != g.n_stages; ++i)
        if (query::is_target(g, i)) targets.push_back(position[i]);
    if (targets.size() == 1 && targets.front() + 1 == g.n_stages) targets.clear();
    return targets;
}

}  // namespace lower_detail

CONSTAGE_INLINE plan::plan lower(graph_view g) {
    namespace d = lower_detail;
    std::vector<std::size_t> position(g.n_stages);
    for (unsigned i = 0; i != g.n_stages; ++i) position[g.order[i]] = i;

    plan::plan result;
    for (unsigned i = 0; i != g.n_args; ++i) {
        auto const& s = g.args[i];
        for (auto& a : d::args_of(d::words_of(g, s)).list) result.args.push_back({std::move(a), d::source_of(s)});
    }
    for (unsigned at = 0; at != g.n_stages; ++at) {
        auto const i = g.order[at];
        d::stage_names const names{g, position, at};
        plan::stage stage;
        if (!detail::all_digits(g.names[i])) stage.name = d::string(g.names[i]);
        for (unsigned k = g.begin[i]; k != g.begin[i + 1]; ++k) {
            auto const& s = g.steps[k];
            if (s.what == op::from)
                d::lower_from(names, s, d::words_of(g, s), stage);
            else
                stage.steps.push_back({d::lower_step(names, s, d::words_of(g, s)), d::source_of(s)});
        }
        result.stages.push_back(std::move(stage));
    }
    result.targets = d::targets_of(g, position);
    return result;
}

}  // namespace constage::dsl

#endif
