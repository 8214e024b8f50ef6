// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_CHECK_IPP_INCLUDED
#define CONSTAGE_CLI_CHECK_IPP_INCLUDED

#include <constage/cli/answers.hpp>
#include <constage/cli/checks.hpp>
#include <constage/cli/commands.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/dockerfile/read.hpp>
#include <constage/engine/choices.hpp>
#include <constage/engine/lower.hpp>
#include <constage/failure.hpp>
#include <constage/oci/reference.hpp>

namespace constage::cli {

namespace check_detail {

/// What would stop a build before it runs anything; none: nothing.
CONSTAGE_INLINE std::optional<failure> mistake(invocation const& call, dockerfile::document const& document, base_finder& bases) {
    try {
        dockerfile::options how;
        how.target = call.args.build.targets.empty() ? "" : call.args.build.targets.front();
        how.all_stages = how.target.empty();
        auto what = dockerfile::read(document, how);
        if (how.all_stages)
            for (std::size_t i = 0; i != what.stages.size(); ++i) what.targets.push_back(i);
        engine::lower_options lower;
        lower.choice = engine::choice_of(call.args.build);
        lower.allow = {"network.host", "security.insecure"};
        lower.read_trigger = dockerfile::trigger_step;
        engine::lower(what, lower, [&](std::string const& name, oci::platform const& platform) {
            auto base = bases.find(name, platform);
            if (!base) {
                oci::parse_reference(name);
                base.emplace().config.platform = platform;
            }
            return *base;
        });
        return {};
    } catch (failure const& f) { return f; }
}

}  // namespace check_detail

CONSTAGE_INLINE int check(invocation& call) {
    auto& args = call.args;
    take_file_for_context(args);
    auto const& in = call.read_dockerfile();
    std::vector<dockerfile::warning> warnings;
    std::optional<failure> error;
    base_finder bases(args.build);
    try {
        auto const document = dockerfile::parse(in.text, in.name);
        warnings = lint(call, document, facts_of(bases, args.build));
        error = check_detail::mistake(call, document, bases);
        if (!error) refuse_warnings(call, document, warnings);
    } catch (failure const& f) { error = f; }
    for (auto const& note : bases.notes()) complain("NOTE: " + note + "\n");
    if (args.format == "json") {
        print(json_answer(warnings, in, error));
    } else {
        print(text_answer(warnings, in));
        if (error && !warnings.empty()) print("\n");
        if (!error && warnings.empty()) print("Check complete, no warnings found.\n");
    }
    if (error) throw *error;
    return warnings.empty() || args.ignore_status ? 0 : 1;
}

CONSTAGE_INLINE int describe(invocation& call) {
    auto const& args = call.args;
    auto const& in = call.read_dockerfile();
    auto const document = dockerfile::parse(in.text, in.name);
    if (args.call == "targets") {
        dockerfile::check(document);
        auto const targets = dockerfile::targets_of(document);
        print(args.format == "json" ? json_answer(targets, in) : text_answer(targets));
    } else {
        auto const outline = dockerfile::outline_of(document, engine::choice_of(args.build));
        print(args.format == "json" ? json_answer(outline, in) : text_answer(outline));
    }
    return 0;
}

}  // namespace constage::cli

#endif
