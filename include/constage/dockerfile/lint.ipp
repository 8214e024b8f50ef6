// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_LINT_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_LINT_IPP_INCLUDED

#include <constage/dockerfile/globals.hpp>
#include <constage/dockerfile/lint.hpp>
#include <constage/dockerfile/lint_stage.hpp>
#include <constage/dockerfile/meaning.hpp>
#include <constage/dockerfile/read.hpp>
#include <constage/dockerfile/rules.hpp>
#include <constage/dockerfile/text.hpp>
#include <constage/failure.hpp>
#include <constage/oci/platform.hpp>
#include <constage/plan/expand.hpp>
#include <constage/plan/resolve.hpp>
#include <constage/plan/suggest.hpp>

#include <algorithm>

namespace constage::dockerfile {

namespace lint_detail {

CONSTAGE_INLINE bool is_upper(std::string_view text) { return to_upper(text) == text; }
CONSTAGE_INLINE bool is_lower(std::string_view text) { return to_lower(text) == text; }

/// `# check=skip=Rule` directly above an instruction.
CONSTAGE_INLINE bool skipped_here(instruction const& i, std::string_view rule) {
    for (auto const& c : i.comments_above) {
        auto const equals = c.find('=');
        if (equals == c.npos || !equal_ignoring_case(trim(std::string_view(c).substr(0, equals)), "check")) continue;
        try {
            auto const here = parse_controls(trim(std::string_view(c).substr(equals + 1)));
            if (here.skip_all || here.skip.count(rule)) return true;
        } catch (failure const&) {
            return false;  // no controls after all, just a comment
        }
    }
    return false;
}

CONSTAGE_INLINE void spelling(reporter& report, document const& what) {
    int lower = 0, upper = 0;
    for (auto const& i : what.instructions) {
        for (auto const line : i.blank_continuations) {
            static_cast<void>(line);
            report.at_line("NoEmptyContinuation", i, i.last_line, "Empty continuation line");
            break;
        }
        if (i.keyword == "MAINTAINER") report("MaintainerDeprecated", i, "Maintainer instruction is deprecated in favor of using label");
        if (i.keyword == "FROM" && i.arguments.size() == 3) {
            if (!is_lower(i.arguments[2])) report("StageNameCasing", i, "Stage name '" + i.arguments[2] + "' should be lowercase");
            auto const& as = i.arguments[1];
            bool const mixed = !is_lower(i.name) && !is_upper(i.name);
            if (!mixed && !(is_lower(i.name) ? is_lower(as) : is_upper(as)))
                report("FromAsCasing", i, "'" + as + "' and '" + i.name + "' keywords' casing do not match");
        }
        if (i.stage >= 0) (is_lower(i.name) ? lower : upper) += is_lower(i.name) || is_upper(i.name);
    }
    bool const to_lower_case = lower > upper;
    for (auto const& i : what.instructions)
        if (i.stage >= 0 && !(to_lower_case ? is_lower(i.name) : is_upper(i.name)))
            report("ConsistentInstructionCasing", i,
                   "Command '" + i.name + "' should match the case of the command majority (" +
                       (to_lower_case ? "lowercase" : "uppercase") + ")");
}

CONSTAGE_INLINE void descriptions(reporter& report, document const& what) {
    for (auto const& i : what.instructions) {
        if (i.comments_above.empty()) continue;
        std::vector<std::string> names;
        if (i.keyword == "FROM" && i.arguments.size() == 3) names.push_back(to_lower(i.arguments[2]));
        if (i.keyword == "ARG")
            for (auto const& a : i.arguments) names.push_back(a.substr(0, a.find('=')));
        if (names.empty()) continue;
        auto const described = [&](std::string const& name) {
            return std::any_of(i.comments_above.begin(), i.comments_above.end(), [&](auto const& c) { return c.starts_with(name + " "); });
        };
        auto const what_kind = i.keyword == "FROM" ? std::string("build stage") : "ARG";
        if (std::none_of(names.begin(), names.end(), described))
            report("InvalidDefinitionDescription", i,
                   "Comment for " + what_kind + " should follow the format: `# " + names[0] +
                       " <description>`. If this is not intended to be a description comment, add an empty line or comment between the "
                       "instruction and the comment.");
    }
}

CONSTAGE_INLINE void stage_names_of(reporter& report, document const& what) {
    std::set<std::string> seen;
    for (auto const& i : what.instructions) {
        if (i.keyword != "FROM" || i.arguments.size() != 3) continue;
        auto const name = to_lower(i.arguments[2]);
        if (name == "scratch" || name == "context")
            report("ReservedStageName", i, "Stage name should not use the same name as reserved stage \"" + name + "\"");
        if (!seen.insert(name).second)
            report("DuplicateStageName", i, "Duplicate stage name \"" + i.arguments[2] + "\", stage names should be unique");
    }
}

/// The checks of FROM lines. False: a build would stop here.
struct from_checker {
    reporter& report;
    document const& what;
    global_values const& globals;
    global_values const& defaults;  ///< without build arguments

    plan::expansion expand(std::string const& word, std::map<std::string, std::string> const& values) const {
        return plan::expand(
            word,
            [&](std::string_view name) {
                auto const at = values.find(std::string(name));
                return at == values.end() ? std::nullopt : std::optional(at->second);
            },
            what.escape);
    }
    void undeclared(instruction const& i, plan::expansion const& e) {
        std::vector<std::string> known;
        for (auto const& [name, value] : globals.set) known.push_back(name);
        for (auto const& [name, value] : globals.declared) known.push_back(name);
        for (auto const& name : e.unset)
            if (!globals.declared.count(name))
                report("UndefinedArgInFrom", i, "FROM argument '" + name + "' is not declared" + plan::did_you_mean(name, known));
    }
    void platform(instruction const& i, std::string const& text, std::string const& name) {
        auto const e = expand(text, globals.set);
        undeclared(i, e);
        auto const parsed = oci::parse_platform(e.text);  // else a build would stop here
        if (e.used.empty() && e.unset.empty()) {
            bool const named = name.find(parsed.os) != name.npos || name.find(parsed.architecture) != name.npos;
            if (!named) report("FromPlatformFlagConstDisallowed", i, "FROM --platform flag should not use constant value \"" + text + "\"");
        } else if (e.used.size() == 1 && *e.used.begin() == "TARGETPLATFORM" && e.unset.empty() &&
                   e.text == globals.set.at("TARGETPLATFORM")) {
            report("RedundantTargetPlatform", i,
                   "Setting platform to predefined " + text + " in FROM is redundant as this is the default behavior");
        }
    }
    bool run() {
        try {
            for (auto const& i : what.instructions)
                if (i.keyword == "FROM")
                    if (auto const e = expand(i.arguments[0], defaults.set); !is_image_reference(e.text))
                        report("InvalidDefaultArgInFrom", i,
                               "Default value for ARG " + i.arguments[0] + " results in empty or invalid base image name");
            for (auto const& i : what.instructions) {
                if (i.keyword != "FROM") continue;
                auto const from = read_from(i);
                auto const e = expand(from.base, globals.set);
                undeclared(i, e);
                if (e.text.empty()) return false;
                if (!from.platform.empty()) platform(i, from.platform, from.name);
            }
        } catch (failure const&) { return false; }
        return true;
    }
};

}  // namespace lint_detail

CONSTAGE_INLINE bool lint_controls::wants(std::string_view rule) const {
    if (find_rule(rule).experimental) return experimental_all || experimental.count(rule);
    return !skip_all && !skip.count(rule);
}

CONSTAGE_INLINE lint_controls parse_controls(std::string_view text) {
    lint_controls result;
    auto const fill = [](std::string_view list, std::set<std::string, std::less<>>& names, bool& all) {
        for (std::size_t begin = 0; begin <= list.size();) {
            auto const end = std::min(list.find(',', begin), list.size());
            auto const name = trim(list.substr(begin, end - begin));
            if (name == "all")
                all = true;
            else
                names.emplace(name);
            begin = end + 1;
        }
    };
    int parts = 0;
    for (std::size_t begin = 0; begin <= text.size();) {
        auto const end = std::min(text.find(';', begin), text.size());
        auto const part = trim(text.substr(begin, end - begin));
        begin = end + 1;
        if (part.empty() && end == text.size()) break;
        if (++parts > 3) throw failure("invalid check option \"" + std::string(text) + "\"");
        auto const equals = part.find('=');
        if (equals == part.npos)
            throw failure("invalid check option \"" + std::string(part) + "\"").with_hint("use skip=…, error=true or experimental=…");
        auto const key = trim(part.substr(0, equals)), value = trim(part.substr(equals + 1));
        if (key == "skip")
            fill(value, result.skip, result.skip_all);
        else if (key == "experimental")
            fill(value, result.experimental, result.experimental_all);
        else if (key == "error" && (value == "true" || value == "1" || value == "false" || value == "0"))
            result.error = value == "true" || value == "1";
        else if (key == "error")
            throw failure("failed to parse check option \"" + std::string(part) + "\"").with_hint("error is true or false");
        else
            throw failure("invalid check option \"" + std::string(part) + "\"" +
                          plan::did_you_mean(key, {"skip", "error", "experimental"}));
    }
    return result;
}

CONSTAGE_INLINE lint_controls controls_of(document const& what, lint_options const& how) {
    auto const given = how.choice.build_args.find("BUILDKIT_DOCKERFILE_CHECK");
    if (given != how.choice.build_args.end()) return parse_controls(given->second);
    return what.check ? parse_controls(*what.check) : lint_controls{};
}

CONSTAGE_INLINE std::vector<warning> lint(document const& what, lint_options const& how) {
    using namespace lint_detail;
    auto const controls = controls_of(what, how);
    std::vector<warning> found;
    reporter report{[&](std::string_view rule, instruction const& i, int line, std::string const& detail) {
        if (!controls.wants(rule) || skipped_here(i, rule)) return;
        auto const& r = find_rule(rule);
        found.push_back({std::string(rule), std::string(r.description),
                         "https://docs.docker.com/go/dockerfile/rule/" + std::string(r.page) + "/", detail, line ? line : i.first_line,
                         line ? line : i.last_line});
    }};
    spelling(report, what);
    try {
        check(what);
    } catch (failure const&) {
        return found;  // the values of a file that cannot be read are not looked at
    }
    descriptions(report, what);
    stage_names_of(report, what);
    auto const globals = evaluate_globals(what, how.choice);
    auto without_args = how.choice;
    without_args.build_args.clear();
    if (from_checker{report, what, globals, evaluate_globals(what, without_args)}.run()) lint_stages(report, what, globals, how);
    std::stable_sort(found.begin(), found.end(), [](warning const& a, warning const& b) { return a.line < b.line; });
    return found;
}

CONSTAGE_INLINE std::string lint_error(document const& what, std::vector<warning> const& warnings, lint_options const& how) {
    if (warnings.empty() || !controls_of(what, how).error) return {};
    std::set<std::string> rules;
    for (auto const& w : warnings) rules.insert(w.rule);
    std::string list;
    for (auto const& r : rules) list += (list.empty() ? "" : ", ") + r;
    return "lint violation found for rules: " + list;
}

}  // namespace constage::dockerfile

#endif
