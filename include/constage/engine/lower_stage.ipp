// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LOWER_STAGE_IPP_INCLUDED
#define CONSTAGE_ENGINE_LOWER_STAGE_IPP_INCLUDED

#include <strings.h>

#include <constage/engine/lower_stage.hpp>
#include <constage/failure.hpp>
#include <constage/oci/reference.hpp>
#include <constage/plan/describe.hpp>
#include <constage/plan/expand.hpp>
#include <constage/plan/suggest.hpp>

#include <algorithm>

namespace constage::engine::lower_detail {

CONSTAGE_INLINE std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

CONSTAGE_INLINE void set_in_env(std::vector<std::string>& env, std::string const& name, std::string const& value) {
    auto const key = name + "=";
    auto const at = std::find_if(env.begin(), env.end(), [&](auto const& e) { return e.starts_with(key); });
    if (at != env.end())
        *at = key + value;
    else
        env.push_back(key + value);
}

// ---- stages on demand ------------------------------------------------------------------------------------------------

CONSTAGE_INLINE void lowerer::need(std::size_t stage, plan::source const& by) {
    walking.resize(what.stages.size());
    if (out.stages[stage].needed) return;
    auto const name = plan::stage_name(what, stage);
    if (walking[stage]) throw failure("circular dependency detected on stage: " + name).with_where(plan::where(by)).with_stage(name);
    walking[stage] = 1;
    lowered_stage state;
    stage_walk walk{*this, stage, state, false, 0, what.stages[stage].source, {}};
    try {
        walk.begin();
        if (!out.resolution.stages[stage].replaced)
            for (auto const& s : what.stages[stage].steps) walk.instruction(s);
    } catch (failure& f) { throw std::move(f).with_where(plan::where(walk.where)).with_stage(name).with_instruction(walk.text); }
    walk.finish();
    state.needed = true;
    out.stages[stage] = std::move(state);
    out.resolution.stages[stage].needed = true;
    walking[stage] = 0;
}

CONSTAGE_INLINE std::string lowerer::named_context(std::string const& name, std::string const& platform) const {
    auto const& list = how.choice.named_contexts;
    auto const has = [&](std::string const& n) { return std::find(list.begin(), list.end(), n) != list.end(); };
    std::string familiar = lower_case(name);
    try {
        familiar = oci::parse_reference(name).familiar();
        if (familiar.ends_with(":latest") && name.find("@") == std::string::npos) familiar.resize(familiar.size() - 7);
    } catch (failure const&) {
        // a context's name need not be an image reference
    }
    if (name == "scratch" || name == "context") return {};
    for (auto const& n : {familiar + "::" + platform, familiar, name, lower_case(name)})
        if (has(n)) return n;
    return {};
}

CONSTAGE_INLINE std::size_t lowerer::base_task(std::string const& name, std::string const& platform, std::size_t stage,
                                               plan::source const& where) {
    auto const p = oci::parse_platform(platform);
    auto const context = named_context(name, p.text());
    auto const& wanted = context.empty() ? name : context;
    auto const key = std::pair(wanted, p.text());
    if (auto const at = base_tasks.find(key); at != base_tasks.end()) return at->second;
    task t;
    t.what = task::kind::base;
    t.stage = stage;
    t.text = (stage == nothing ? "" : "FROM ") + name;
    t.where = where;
    t.base = bases(wanted, p);
    out.tasks.push_back(std::move(t));
    return base_tasks[key] = out.tasks.size() - 1;
}

CONSTAGE_INLINE std::size_t lowerer::files_of(plan::reference const& from, std::size_t user, plan::source const& where) {
    using kind = plan::reference::kind;
    auto const stage_files = [&](std::size_t stage) {
        need(stage, where);
        return out.stages[stage].files;
    };
    if (from.what == kind::stage) return stage_files(from.stage);
    auto const name = lower_case(from.text);
    if (name == "scratch") return nothing;
    auto const& platform = out.resolution.stages[user].platform;
    if (named_context(from.text, oci::parse_platform(platform).text()).empty()) {  // an ONBUILD trigger of the base may name a stage
        for (std::size_t i = what.stages.size(); i-- != 0;)
            if (!what.stages[i].name.empty() && what.stages[i].name == name && i != user) {
                if (i > user)
                    throw failure("cannot copy from stage \"" + name + "\", it needs to be defined before current stage \"" +
                                  plan::stage_name(what, user) + "\"");
                return stage_files(i);
            }
        if (!name.empty() && name.find_first_not_of("0123456789") == std::string::npos && name.size() < 6)
            if (auto const i = std::stoul(name); i < what.stages.size() && i < user) return stage_files(i);
    }
    try {
        auto const t = base_task(from.text, platform, nothing, where);
        return out.tasks[t].base.empty ? nothing : t;
    } catch (failure& f) {
        std::vector<std::string> names;
        for (auto const& s : what.stages)
            if (!s.name.empty()) names.push_back(s.name);
        if (auto const other = plan::did_you_mean(name, names); !other.empty())
            throw std::move(f).with_hint("there is no stage \"" + from.text + "\"" + other);
        throw;
    }
}

// ---- one stage -------------------------------------------------------------------------------------------------------

CONSTAGE_INLINE void stage_walk::take_base_config(oci::image_config const& config) {
    state.config = config;
    for (auto const& e : config.env) {
        auto const equals = e.find('=');
        set_variable(e.substr(0, equals), equals == std::string::npos ? "" : e.substr(equals + 1));
    }
}

CONSTAGE_INLINE void stage_walk::begin() {
    using kind = plan::reference::kind;
    auto const& stage = all.what.stages[index];
    auto const& r = all.out.resolution.stages[index];
    text = "FROM " + stage.from.text;
    auto const platform = oci::parse_platform(r.platform);
    auto const windows = platform.os == "windows";
    if (r.replaced || r.from.what == kind::image) {
        auto const t = all.base_task(r.replaced ? stage.name : r.from.text, r.platform, index, stage.source);
        auto const& base = all.out.tasks[t].base;
        take_base_config(base.config);
        if (base.directory) state.config.platform = platform;
        if (!base.empty) {
            state.files = state.base = t;
            if (base.directory) state.layers.push_back(t);
        }
    } else if (r.from.what == kind::stage) {
        all.need(r.from.stage, stage.source);
        state = all.out.stages[r.from.stage];
        state.needed = false;
    } else {
        state.config.platform = platform;
        state.config.working_dir = windows ? "\\" : "/";
    }
    auto const has_path =
        windows || std::any_of(state.variables.begin(), state.variables.end(), [](auto const& v) { return v.first == "PATH"; });
    if (!has_path) {
        set_in_env(state.config.env, "PATH", default_path);
        set_variable("PATH", default_path);
    }
    run_triggers();
}

/// ONBUILD of the base: run at once, and gone from the result (G014).
CONSTAGE_INLINE void stage_walk::run_triggers() {
    auto const triggers = std::exchange(state.config.on_build, {});
    for (auto const& t : triggers) {
        if (!all.how.read_trigger) throw failure("the base image has an ONBUILD trigger, which cannot be read here: " + t);
        instruction(all.how.read_trigger(t, all.what.stages[index].source));
    }
}

CONSTAGE_INLINE void stage_walk::instruction(plan::step const& s) {
    where = s.source;
    text = plan::describe(s);
    std::visit(*this, s.what);
}

/// Numbers the tasks of the stage: [build 2/5].
CONSTAGE_INLINE void stage_walk::finish() {
    for (auto& t : all.out.tasks)
        if (t.stage == index && t.what != task::kind::base) t.of = number;
}

CONSTAGE_INLINE std::string stage_walk::expand(std::string const& word) const {
    auto const find = [&](std::string_view name) -> std::optional<std::string> {
        auto const at = std::find_if(state.variables.begin(), state.variables.end(), [&](auto const& v) { return v.first == name; });
        return at == state.variables.end() ? std::nullopt : std::optional(at->second);
    };
    return plan::expand(word, find).text;
}

CONSTAGE_INLINE void stage_walk::set_variable(std::string const& name, std::string const& value) {
    auto const at = std::find_if(state.variables.begin(), state.variables.end(), [&](auto const& v) { return v.first == name; });
    if (at != state.variables.end())
        at->second = value;
    else
        state.variables.emplace_back(name, value);
}

CONSTAGE_INLINE std::vector<std::string> stage_walk::argv(plan::command const& c) const {
    if (!c.shell) return c.words;
    auto words = state.config.shell.value_or(std::vector<std::string>{"/bin/sh", "-c"});
    words.insert(words.end(), c.words.begin(), c.words.end());
    return words;
}

CONSTAGE_INLINE std::string stage_walk::here() const {
    auto path = state.config.working_dir;
    if (state.config.platform.os == "windows") {
        if (path.size() > 1 && path[1] == ':') path.erase(0, 2);
        std::replace(path.begin(), path.end(), '\\', '/');
    }
    return join_path("/", path);
}

CONSTAGE_INLINE void stage_walk::commit(std::string created_by, bool layer) {
    state.config.history.push_back({std::nullopt, std::move(created_by), state.config.author, "buildkit.dockerfile.v0", !layer});
}

CONSTAGE_INLINE task& stage_walk::add_task(task::kind kind) {
    task t;
    t.what = kind;
    t.stage = index;
    t.parent = state.files;
    t.number = ++number;
    t.text = text;
    t.where = where;
    auto const& filter = all.how.no_cache_filter;
    auto const is_this = [&](std::string const& name) { return ::strcasecmp(name.c_str(), all.what.stages[index].name.c_str()) == 0; };
    t.no_cache = all.how.no_cache || std::any_of(filter.begin(), filter.end(), is_this);
    all.out.tasks.push_back(std::move(t));
    state.files = all.out.tasks.size() - 1;
    state.layers.push_back(state.files);
    return all.out.tasks.back();
}

}  // namespace constage::engine::lower_detail

#endif
