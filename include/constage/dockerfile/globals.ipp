// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_GLOBALS_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_GLOBALS_IPP_INCLUDED

#include <constage/dockerfile/globals.hpp>
#include <constage/dockerfile/meaning.hpp>
#include <constage/failure.hpp>
#include <constage/plan/expand.hpp>

namespace constage::dockerfile {

namespace globals_detail {

CONSTAGE_INLINE std::optional<std::string> expand(std::string const& word, std::map<std::string, std::string> const& values, char escape) {
    auto const find = [&](std::string_view name) -> std::optional<std::string> {
        auto const at = values.find(std::string(name));
        return at == values.end() ? std::nullopt : std::optional(at->second);
    };
    try {
        return plan::expand(word, find, escape).text;
    } catch (failure const&) {
        return {};  // whoever builds the stage says so
    }
}

}  // namespace globals_detail

CONSTAGE_INLINE global_values evaluate_globals(document const& what, plan::choice const& how) {
    std::string last;
    for (auto const& i : what.instructions)
        if (i.keyword == "FROM") last = read_from(i).name;
    if (!how.target.empty()) last = how.target;
    global_values result{plan::predefined_arguments(how, last.empty() ? "default" : last), {}};
    for (auto const& i : what.instructions) {
        if (i.stage >= 0) break;
        if (i.keyword != "ARG") continue;
        for (auto const& word : i.arguments) {
            auto const equals = word.find('=');
            auto const name = word.substr(0, equals);
            std::optional<std::string> value;
            if (auto const given = how.build_args.find(name); given != how.build_args.end())
                value = given->second;
            else if (equals != word.npos)
                value = globals_detail::expand(word.substr(equals + 1), result.set, what.escape);
            if (value) result.set[name] = *value;
            result.declared[name] = std::move(value);
        }
    }
    return result;
}

CONSTAGE_INLINE std::vector<expanded_from> expand_stages(document const& what, global_values const& globals) {
    std::vector<expanded_from> stages;
    std::map<std::string, std::size_t> last;  ///< stage of each name
    for (std::size_t n = 0; n != what.instructions.size(); ++n) {
        auto const& i = what.instructions[n];
        if (i.keyword != "FROM") continue;
        auto const from = read_from(i);
        expanded_from s;
        s.name = from.name;
        s.instruction = n;
        s.base = globals_detail::expand(from.base, globals.set, what.escape).value_or("");
        if (!from.platform.empty()) s.platform = globals_detail::expand(from.platform, globals.set, what.escape).value_or("");
        if (auto const known = last.find(s.base); known != last.end()) s.base_stage = known->second;
        if (!s.name.empty()) last[s.name] = stages.size();
        stages.push_back(std::move(s));
    }
    return stages;
}

}  // namespace constage::dockerfile

#endif
