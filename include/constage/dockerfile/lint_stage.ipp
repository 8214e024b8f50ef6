// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_LINT_STAGE_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_LINT_STAGE_IPP_INCLUDED

#include <constage/dockerfile/flags.hpp>
#include <constage/dockerfile/lint.hpp>
#include <constage/dockerfile/lint_stage.hpp>
#include <constage/dockerfile/meaning.hpp>
#include <constage/dockerfile/mounts.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/dockerfile/rules.hpp>
#include <constage/dockerfile/stages.hpp>
#include <constage/dockerfile/text.hpp>
#include <constage/dockerfile/words.hpp>
#include <constage/failure.hpp>
#include <constage/plan/expand.hpp>
#include <constage/plan/ports.hpp>
#include <constage/plan/suggest.hpp>

#include <algorithm>
#include <deque>

namespace constage::dockerfile::lint_detail {

inline constexpr std::size_t most_suggested = 1000;  ///< among more variables nobody finds the misspelt one, and it takes long

/// What a stage knows after an instruction.
struct stage_state {
    std::map<std::string, std::string, std::less<>> variables{{"PATH", ""}};
    std::set<std::string, std::less<>> arguments;  ///< declared in this stage or the stages it is built from
    std::vector<std::string> triggers;             ///< ONBUILD, for the stage that is built on this one
    bool has_shell = false, has_workdir = false;
    bool windows = false;
    bool base_is_known = true;  ///< else any variable may come from it
};

struct stage_linter {
    reporter const& report;
    document const& what;
    std::map<std::string, std::string> const& globals;
    lint_options const& how;
    stage_names const& names;
    stage_state state{};
    std::map<std::string, instruction const*> once{};  ///< the last CMD, ENTRYPOINT, HEALTHCHECK of this stage
    instruction const* now = nullptr;

    bool is_absolute(std::string_view path) const {
        if (path.starts_with('/')) return true;
        bool const drive = path.size() > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
        return state.windows && (drive || path.starts_with('\\'));
    }
    void warn(std::string_view rule, std::string const& detail) const { report(rule, *now, detail); }

    std::string expand(std::string const& word, bool body = false) {
        auto const find = [&](std::string_view name) -> std::optional<std::string> {
            auto const at = state.variables.find(name);
            return at == state.variables.end() ? std::nullopt : std::optional(at->second);
        };
        auto e = body ? plan::expand_body(word, find) : plan::expand(word, find, what.escape);
        for (auto const& name : e.unset) {
            if (!state.base_is_known || state.arguments.count(name)) continue;
            std::vector<std::string> known;
            if (state.variables.size() <= most_suggested)
                for (auto const& [k, v] : state.variables) known.push_back("$" + k);
            warn("UndefinedVar", "Usage of undefined variable '$" + name + "'" + plan::did_you_mean("$" + name, known));
        }
        return std::move(e.text);
    }

    void secret(char const* keyword, std::string const& name) {
        if (sounds_secret(name))
            warn("SecretsUsedInArgOrEnv",
                 std::string("Do not use ARG or ENV instructions for sensitive data (") + keyword + " \"" + name + "\")");
    }

    void one_of(instruction const& i) {
        auto& last = once[i.keyword];
        if (last)
            report("MultipleInstructionsDisallowed", *last,
                   "Multiple " + i.keyword + " instructions should not be used in the same stage because only the last one will be used");
        last = &i;
    }

    void pairs(instruction const& i);
    void arg(instruction const& i);
    void copy(instruction const& i);
    void run(instruction const& i);
    void expose(instruction const& i);
    void visit(instruction const& i);
    void begin(expanded_from const& s, stage_state base);
    std::deque<instruction> triggered{};  ///< those that this stage runs
};

CONSTAGE_INLINE void stage_linter::pairs(instruction const& i) {
    std::vector<std::pair<std::string, std::string>> values;
    for (std::size_t n = 0; n + 2 < i.arguments.size(); n += 3) {
        auto name = expand(i.arguments[n]);
        values.emplace_back(std::move(name), expand(i.arguments[n + 1]));
    }
    for (std::size_t n = 0; n + 2 < i.arguments.size(); n += 3) {
        if (i.arguments[n + 2].empty())
            warn("LegacyKeyValueFormat",
                 "\"" + i.keyword + " key=value\" should be used instead of legacy \"" + i.keyword + " key value\" format");
        if (i.keyword == "ENV") secret("ENV", values[n / 3].first);
    }
    if (i.keyword == "ENV")
        for (auto& [name, value] : values) state.variables[name] = std::move(value);
}

CONSTAGE_INLINE void stage_linter::arg(instruction const& i) {
    for (auto const& word : i.arguments) {
        auto const equals = word.find('=');
        auto const name = word.substr(0, equals);
        secret("ARG", name);
        std::optional<std::string> value;
        if (auto const given = how.choice.build_args.find(name); given != how.choice.build_args.end())
            value = given->second;
        else if (equals != word.npos)
            value = expand(word.substr(equals + 1));
        else if (auto const global = globals.find(name); global != globals.end())
            value = global->second;
        state.arguments.insert(name);
        if (value) state.variables[name] = *value;
    }
}

CONSTAGE_INLINE void stage_linter::copy(instruction const& i) {
    flag_values const flags(i.flags, flags_of(i.keyword));
    for (auto const* name : {"chown", "chmod", "checksum"}) expand(flags.text(name));
    for (std::size_t n = 0; n != i.arguments.size(); ++n) {
        auto const marker = i.heredocs.empty() ? std::nullopt : heredoc_marker(i.arguments[n]);
        if (marker) continue;
        auto const word = expand(i.arguments[n]);
        if (n + 1 != i.arguments.size() && flags.text("from").empty() && how.ignored && how.ignored(word))
            warn("CopyIgnoredFile", std::string("Attempting to ") + (i.keyword == "ADD" ? "Add" : "Copy") + " file \"" + word +
                                        "\" that is excluded by .dockerignore");
    }
    for (auto const& d : i.heredocs)
        if (d.expand) expand(d.content, true);
}

CONSTAGE_INLINE void stage_linter::run(instruction const& i) {
    flag_values const flags(i.flags, flags_of(i.keyword));
    for (auto const& m : flags.list("mount"))
        for (auto const& field : csv_fields(m)) {
            auto const equals = field.find('=');
            if (equals == field.npos) continue;
            auto const key = to_lower(field.substr(0, equals));
            auto const value = expand(field.substr(equals + 1));
            bool const number = key == "uid" || key == "gid" || key == "mode";
            if (number && (value.empty() || value.find_first_not_of("0123456789") != value.npos))
                throw failure("invalid value " + value + " for " + key);
        }
    for (auto const& m : flags.list("mount")) read_mount(m, [&](std::string const& name) { return names.from(name, false); });
}

CONSTAGE_INLINE void stage_linter::expose(instruction const& i) {
    auto const find = [&](std::string_view name) -> std::optional<std::string> {
        auto const at = state.variables.find(name);
        return at == state.variables.end() ? std::nullopt : std::optional(at->second);
    };
    std::vector<std::string> words;
    for (auto const& word : i.arguments)
        for (auto& part : plan::expand_to_words(word, find, what.escape)) words.push_back(std::move(part));
    for (auto const& word : words) {
        auto const slash = word.find('/');
        if (slash != word.npos && to_lower(word.substr(slash + 1)) != word.substr(slash + 1))
            warn("ExposeProtoCasing", "Defined protocol '" + word + "' in EXPOSE instruction should be lowercase");
        if (word.substr(0, slash).find(':') != word.npos)
            warn("ExposeInvalidFormat", "EXPOSE instruction should not define an IP address or host-port mapping, found '" + word + "'");
    }
    plan::parse_ports(words);
}

CONSTAGE_INLINE void stage_linter::visit(instruction const& i) {
    now = &i;
    auto const& k = i.keyword;
    if (k == "ENV" || k == "LABEL") {
        pairs(i);
    } else if (k == "ARG") {
        arg(i);
    } else if (k == "COPY" || k == "ADD") {
        copy(i);
    } else if (k == "RUN") {
        run(i);
    } else if (k == "EXPOSE") {
        expose(i);
    } else if (k == "VOLUME") {
        for (auto const& v : i.arguments)
            if (expand(std::string(trim(v))).empty()) throw failure("VOLUME specified can not be an empty string");
    } else if (k == "USER" || k == "STOPSIGNAL") {
        expand(i.arguments[0]);
    } else if (k == "WORKDIR") {
        auto const path = expand(i.arguments[0]);
        if (!state.has_workdir && !is_absolute(path))
            warn("WorkdirRelativePath", "Relative workdir \"" + path + "\" can have unexpected results if the base image changes");
        state.has_workdir = true;
    } else if (k == "SHELL") {
        state.has_shell = true;
    } else if (k == "CMD" || k == "ENTRYPOINT") {
        one_of(i);
        if (!i.json && !state.has_shell)
            warn("JSONArgsRecommended", "JSON arguments recommended for " + k + " to prevent unintended behavior related to OS signals");
    } else if (k == "HEALTHCHECK") {
        one_of(i);
    } else if (k == "ONBUILD") {
        state.triggers.push_back(std::get<plan::onbuild>(to_plan(i, {})).text);
    }
}

/// FROM: what the base brings, and its triggers (G014).
/// `base`: of the stage that it is built from; not looked at if there is none.
CONSTAGE_INLINE void stage_linter::begin(expanded_from const& s, stage_state base) {
    auto const& from = what.instructions[s.instruction];
    if (s.base_stage) {
        state = std::move(base);
    } else {
        state.windows = s.platform.value_or(how.choice.target_platform).starts_with("windows");
        auto const facts = how.base && s.base != "scratch" ? how.base(s.base, s.platform.value_or("")) : base_facts{};
        state.base_is_known = facts.has_value();
        if (facts) {
            for (auto const& [name, value] : facts->variables) state.variables[name] = value;
            state.has_shell = facts->has_shell;
            state.triggers = facts->triggers;
            if (facts->platform != facts->wanted)
                report("InvalidBaseImagePlatform", from,
                       "Base image " + s.base + " was pulled with platform \"" + facts->platform + "\", expected \"" + facts->wanted +
                           "\" for current build");
        }
    }
    for (auto const& text : std::exchange(state.triggers, {})) {
        auto& i = triggered.emplace_back(parse_instruction(text));
        i.first_line = from.first_line;
        i.last_line = from.last_line;
        visit(i);
    }
}

/// The stages that the target needs.
CONSTAGE_INLINE std::vector<char> needed(document const& what, std::vector<expanded_from> const& stages, stage_names const& names,
                                         std::string const& target) {
    std::vector<char> marks(stages.size(), target.empty());
    if (target.empty()) return marks;
    std::vector<std::size_t> todo{names.find(target).value_or(stages.size() - 1)};
    while (!todo.empty()) {
        auto const s = todo.back();
        todo.pop_back();
        if (std::exchange(marks[s], char{1})) continue;
        if (stages[s].base_stage) todo.push_back(*stages[s].base_stage);
        for (auto n = stages[s].instruction + 1; n != what.instructions.size() && what.instructions[n].keyword != "FROM"; ++n) {
            auto const& i = what.instructions[n];
            auto const follow = [&](std::string const& name, bool numbers) {
                auto const r = names.from(name, numbers);
                if (r.what == plan::reference::kind::stage) todo.push_back(r.stage);
            };
            if (i.keyword == "COPY")
                if (auto const from = flag_values(i.flags, flags_of("COPY")).text("from"); !from.empty()) follow(from, true);
            if (i.keyword == "RUN")
                for (auto const& m : flag_values(i.flags, flags_of("RUN")).list("mount"))
                    if (auto const from = mount_from(m); !from.empty()) follow(from, false);
        }
    }
    return marks;
}

CONSTAGE_INLINE void lint_stages(reporter const& report, document const& what, global_values const& globals, lint_options const& how) {
    auto const stages = expand_stages(what, globals);
    std::vector<std::string> list;
    for (auto const& s : stages) list.push_back(s.name);
    stage_names const names(list);
    std::vector<stage_state> states(stages.size());
    std::vector<std::size_t> users(stages.size());  // stages to come that are built from it: the last one takes its state
    for (auto const& s : stages)
        if (s.base_stage) ++users[*s.base_stage];
    try {
        auto const marks = needed(what, stages, names, how.choice.target);
        for (auto const& i : what.instructions)  // what stops a build before it looks at the first stage
            if (i.keyword == "COPY") to_plan(i, [&](std::string const& name, bool numbers) { return names.from(name, numbers); });
        for (std::size_t s = 0; s != stages.size(); ++s)
            if (!stages[s].base_stage && stages[s].base != "scratch" && marks[s] && !is_image_reference(stages[s].base)) return;
        for (std::size_t s = 0; s != stages.size(); ++s) {
            if (!marks[s]) continue;
            stage_linter l{report, what, globals.set, how, names};
            if (auto const base = stages[s].base_stage)
                l.begin(stages[s], --users[*base] == 0 ? std::move(states[*base]) : states[*base]);
            else
                l.begin(stages[s], {});
            for (auto n = stages[s].instruction + 1; n != what.instructions.size() && what.instructions[n].keyword != "FROM"; ++n)
                l.visit(what.instructions[n]);
            if (users[s] != 0) states[s] = std::move(l.state);
        }
    } catch (failure const&) {
        return;  // a build would stop here and say so
    }
}

}  // namespace constage::dockerfile::lint_detail

#endif
