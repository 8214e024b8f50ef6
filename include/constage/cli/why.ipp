// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_WHY_IPP_INCLUDED
#define CONSTAGE_CLI_WHY_IPP_INCLUDED

#include <unistd.h>

#include <constage/cli/commands.hpp>
#include <constage/engine/last_build.hpp>
#include <constage/engine/step_log.hpp>
#include <constage/failure.hpp>
#include <constage/plan/resolve.hpp>
#include <constage/plan/suggest.hpp>
#include <constage/report/text.hpp>

#include <algorithm>
#include <set>

namespace constage::cli {

namespace why_detail {

/// Steps that the stage needs, its own included.
CONSTAGE_INLINE std::set<std::size_t> needed_by(engine::build_story const& story, std::string const& stage) {
    std::set<std::size_t> needed;
    for (auto i = story.size(); i-- != 0;)
        if (story[i].stage == stage || needed.contains(i)) {
            needed.insert(i);
            needed.insert(story[i].needs.begin(), story[i].needs.end());
        }
    return needed;
}

/// Of a step that ran: where all that it printed is.
CONSTAGE_INLINE std::string log_line(engine::step_story const& s, std::string const& store) {
    if (s.outcome != "ran" && s.outcome != "failed") return "";
    auto const path = engine::log_of(engine::store(store, engine::store::must_exist), s.log);
    return ::access(path.c_str(), R_OK) == 0 ? "    log: " + path + "\n" : "";
}

CONSTAGE_INLINE std::string line(engine::step_story const& s) {
    auto text = report::fit(s.text, 48);
    text += std::string(50 - std::min<std::size_t>(report::width(text), 49), ' ');
    auto const said = s.outcome == "ran"      ? "ran " + report::seconds_text(s.time) + ": " + s.why
                      : s.outcome == "failed" ? "failed; it ran because: " + s.why
                                              : s.outcome;
    return plan::where(s.where) + "  [" + s.stage + "] " + text + said + "\n";
}

}  // namespace why_detail

CONSTAGE_INLINE int why(invocation& call) {
    auto& args = call.args;
    auto const what = call.read_plan();
    auto const store = args.build.store.empty() ? engine::default_store() : args.build.store;
    auto const story = engine::last_build(store, args.build, what.stages.empty() ? "" : what.stages.front().source.file);
    if (!story)
        throw failure("the store " + store + " knows of no build of this project")
            .with_hint("build it first, or name its --context, -f and --store");
    std::set<std::size_t> shown;
    if (args.build.targets.empty())
        for (std::size_t i = 0; i != story->size(); ++i) {
            if ((*story)[i].outcome != "not asked for") shown.insert(i);
        }
    for (auto const& target : args.build.targets) shown = why_detail::needed_by(*story, target);
    if (shown.empty() && !args.build.targets.empty()) {
        std::vector<std::string> names;
        for (auto const& s : *story) names.push_back(s.stage);
        throw failure("the last build had no step of a stage \"" + args.build.targets.back() + "\"" +
                      plan::did_you_mean(args.build.targets.back(), names));
    }
    std::string text;
    std::size_t ran = 0;
    for (auto const i : shown) {
        text += why_detail::line((*story)[i]) + why_detail::log_line((*story)[i], store);
        ran += (*story)[i].outcome == "ran" || (*story)[i].outcome == "failed";
    }
    print(text + std::to_string(ran) + " of " + std::to_string(shown.size()) + " steps ran in the last build\n");
    return 0;
}

}  // namespace constage::cli

#endif
