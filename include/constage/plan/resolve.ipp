// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_RESOLVE_IPP_INCLUDED
#define CONSTAGE_PLAN_RESOLVE_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/plan/expand.hpp>
#include <constage/plan/resolve.hpp>
#include <constage/plan/suggest.hpp>

#include <algorithm>
#include <functional>

namespace constage::plan {

namespace resolve_detail {

CONSTAGE_INLINE std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

/// Adds PREFIXPLATFORM, PREFIXOS, PREFIXARCH, PREFIXVARIANT (A009).
CONSTAGE_INLINE void add_platform(std::map<std::string, std::string>& to, std::string const& prefix, std::string const& platform) {
    auto const first = platform.find('/'), second = first == std::string::npos ? first : platform.find('/', first + 1);
    to[prefix + "PLATFORM"] = platform;
    auto const os = platform.substr(0, first);
    auto const version = os.ends_with(')') ? os.find('(') : std::string::npos;  // windows(10.0.17763)/amd64
    to[prefix + "OS"] = os.substr(0, version);
    to[prefix + "OSVERSION"] = version == std::string::npos ? "" : os.substr(version + 1, os.size() - version - 2);
    to[prefix + "ARCH"] =
        first == std::string::npos ? "" : platform.substr(first + 1, second == std::string::npos ? second : second - first - 1);
    to[prefix + "VARIANT"] = second == std::string::npos ? "" : platform.substr(second + 1);
}

CONSTAGE_INLINE lookup lookup_in(std::map<std::string, std::string> const& values) {
    return [&values](std::string_view name) -> std::optional<std::string> {
        auto const at = values.find(std::string(name));
        return at == values.end() ? std::nullopt : std::optional(at->second);
    };
}

CONSTAGE_INLINE std::string expand_at(std::string const& word, std::map<std::string, std::string> const& values, source const& place) {
    try {
        return expand(word, lookup_in(values)).text;
    } catch (failure& f) { throw std::move(f).with_where(where(place)); }
}

/// Index of the target stage (S014): by name in any case, never by number.
CONSTAGE_INLINE std::size_t find_target(plan const& what, std::string const& name) {
    auto const wanted = lower_case(name);
    for (std::size_t i = what.stages.size(); i-- != 0;)
        if (!what.stages[i].name.empty() && what.stages[i].name == wanted) return i;
    std::vector<std::string> names;
    for (auto const& s : what.stages)
        if (!s.name.empty()) names.push_back(s.name);
    auto f = failure("target stage \"" + name + "\" could not be found" + did_you_mean(wanted, names));
    f.usage = true;
    if (!names.empty()) {
        std::string list;
        for (auto const& n : names) list += (list.empty() ? "" : ", ") + n;
        f.hint = "the stages are: " + list;
    }
    throw f;
}

CONSTAGE_INLINE std::map<std::string, std::string> global_values(plan const& what, choice const& how, std::string const& target_stage) {
    auto values = predefined_arguments(how, target_stage);
    for (auto const& [a, place] : what.args) {
        if (auto const given = how.build_args.find(a.name); given != how.build_args.end())
            values[a.name] = given->second;
        else if (a.value)
            values[a.name] = expand_at(*a.value, values, place);
    }
    return values;
}

/// " (did you mean X?)" for a variable of FROM that nobody declared.
CONSTAGE_INLINE std::string meant_variable(plan const& what, std::string const& word, std::map<std::string, std::string> const& values) {
    std::vector<std::string> known;
    for (auto const& [name, value] : values) known.push_back(name);
    for (auto const& a : what.args) known.push_back(a.what.name);
    std::string meant;
    for (auto const& name : expand(word, lookup_in(values)).unset)
        if (meant.empty()) meant = did_you_mean(name, known);
    return meant;
}

/// "Build0", "docker.io/Me/x": an error in any FROM, needed or not. A registry's host may have capitals.
CONSTAGE_INLINE bool has_upper_case_repository(std::string const& text) {
    auto repository = text.substr(0, text.find('@'));
    if (auto const colon = repository.rfind(':'); colon != std::string::npos && repository.find('/', colon) == std::string::npos)
        repository.resize(colon);
    if (auto const slash = repository.find('/');
        slash != std::string::npos && repository.substr(0, slash).find_first_of(".:") != std::string::npos)
        repository.erase(0, slash);
    return std::any_of(repository.begin(), repository.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// What FROM comes to mean once its variables have values (S003, S008, S010).
CONSTAGE_INLINE reference decide(plan const& what, std::size_t index, std::map<std::string, std::string> const& values) {
    auto const& stage = what.stages[index];
    reference result = stage.from;
    if (stage.from.what == reference::kind::stage || stage.from.what == reference::kind::scratch) return result;
    result.choices.clear();
    result.text = expand_at(stage.from.text, values, stage.source);
    if (result.text.empty())
        throw failure("base name (" + stage.from.text + ") should not be blank" + meant_variable(what, stage.from.text, values))
            .with_where(where(stage.source))
            .with_instruction("FROM " + stage.from.text)
            .with_hint("give the variable a default (ARG before FROM) or pass --build-arg");
    result.what = reference::kind::image;
    if (result.text == "scratch") {
        result.what = reference::kind::scratch;
        return result;
    }
    for (std::size_t i = index; i-- != 0;)  // in its own case: `FROM Base` is an image even after `AS Base`
        if (!what.stages[i].name.empty() && what.stages[i].name == result.text) {
            result.what = reference::kind::stage;
            result.stage = i;
            return result;
        }
    if (has_upper_case_repository(result.text))
        throw failure("failed to parse stage name \"" + result.text + "\": the repository name must be lowercase")
            .with_where(where(stage.source))
            .with_instruction("FROM " + stage.from.text)
            .with_hint("stages are referred to in lower case after FROM");
    return result;
}

CONSTAGE_INLINE std::string platform_of(plan const& what, std::size_t index, std::map<std::string, std::string> const& values) {
    auto const& stage = what.stages[index];
    auto text = expand_at(stage.platform, values, stage.source);
    auto const bad = text.empty() || text.front() == '/' || text.back() == '/' || text.find("//") != text.npos;
    if (!bad) return text;
    throw failure((text.empty() ? "empty platform value from expression " + stage.platform
                                : "failed to parse platform " + stage.platform + ": \"\" is an invalid component of \"" + text + "\"") +
                  meant_variable(what, stage.platform, values))
        .with_where(where(stage.source))
        .with_stage(stage_name(what, index))
        .with_instruction("FROM --platform=" + stage.platform + " " + stage.from.text);
}

CONSTAGE_INLINE void add_step_edges(step const& s, std::size_t user, std::vector<edge>& edges) {
    if (auto const* c = std::get_if<copy>(&s.what); c && c->from.what == reference::kind::stage)
        edges.push_back({user, c->from.stage, edge_kind::copy, s.source});
    if (auto const* r = std::get_if<run>(&s.what))
        for (auto const& m : r->mounts)
            if (m.from.what == reference::kind::stage) edges.push_back({user, m.from.stage, edge_kind::mount, s.source});
}

/// Marks what the targets need, in an order in which users come after what they use; refuses cycles (S011).
struct visitor {
    plan const& what;
    resolution& result;
    std::vector<char> state;  ///< 0: not seen, 1: on the path, 2: done

    void visit(std::size_t i) {
        if (state[i] == 2) return;
        if (state[i] == 1) throw cycle(i);
        state[i] = 1;
        auto& r = result.stages[i];
        r.needed = true;
        if (!r.replaced)
            for (auto const& e : result.edges)
                if (e.user == i && is_real(e)) {
                    visit(e.used);
                    check_order(e);
                    r.level = std::max(r.level, result.stages[e.used].level + 1);
                }
        result.levels = std::max(result.levels, r.level + 1);
        state[i] = 2;
        result.order.push_back(i);
    }

    /// Files come from stages above only (a circle was found before).
    void check_order(edge const& e) const {
        if (e.used < e.user) return;
        auto const used = stage_name(what, e.used), user = stage_name(what, e.user);
        auto f = failure(e.kind == edge_kind::mount
                             ? "cannot mount from stage \"" + used + "\" in stage \"" + user + "\", it needs to be defined before"
                             : "cannot copy from stage \"" + used + "\", it needs to be defined before current stage \"" + user + "\"");
        throw std::move(f).with_where(where(e.where)).with_stage(user).with_hint("move stage " + used + " above stage " + user);
    }

    /// Names every stage of the circle and the line where it closes.
    failure cycle(std::size_t i) const {
        std::string names;
        for (std::size_t s = 0; s != state.size(); ++s)
            if (state[s] == 1) names += (names.empty() ? "" : ", ") + stage_name(what, s);
        return failure("circular dependency detected on stage: " + stage_name(what, i) + " (among " + names + ")")
            .with_where(where(what.stages[i].source))
            .with_stage(stage_name(what, i));
    }

    /// A select edge counts only if it was chosen.
    bool is_real(edge const& e) const {
        auto const& from = result.stages[e.user].from;
        return e.kind != edge_kind::select || (from.what == reference::kind::stage && from.stage == e.used);
    }
};

}  // namespace resolve_detail

CONSTAGE_INLINE std::map<std::string, std::string> predefined_arguments(choice const& how, std::string const& target_stage) {
    std::map<std::string, std::string> values;
    resolve_detail::add_platform(values, "BUILD", how.build_platform);
    resolve_detail::add_platform(values, "TARGET", how.target_platform);
    values["TARGETSTAGE"] = target_stage;
    for (auto& [name, value] : values)
        if (auto const given = how.build_args.find(name); given != how.build_args.end()) value = given->second;
    return values;
}

CONSTAGE_INLINE resolution resolve(plan const& what, choice const& how) {
    using namespace resolve_detail;
    if (what.stages.empty()) throw failure("the plan contains no stages to build");
    resolution result;
    if (!how.target.empty())
        result.targets = {find_target(what, how.target)};
    else if (!what.targets.empty())
        result.targets = what.targets;
    else
        result.targets = {what.stages.size() - 1};
    auto const& last = what.stages[result.targets.back()];
    result.global_args = global_values(what, how, last.name.empty() ? "default" : last.name);

    auto const replaced = [&](std::string const& name) {
        return !name.empty() && name != "scratch" &&
               std::find(how.named_contexts.begin(), how.named_contexts.end(), name) != how.named_contexts.end();
    };
    for (std::size_t i = 0; i != what.stages.size(); ++i) {
        auto const& stage = what.stages[i];
        auto& r = result.stages.emplace_back();
        r.replaced = replaced(stage.name);
        r.from = decide(what, i, result.global_args);
        r.platform = stage.platform.empty() ? how.target_platform : platform_of(what, i, result.global_args);
        if (stage.from.what == reference::kind::select)
            for (auto const c : stage.from.choices) result.edges.push_back({i, c, edge_kind::select, stage.source});
        if (r.from.what == reference::kind::stage && stage.from.what != reference::kind::select)
            result.edges.push_back({i, r.from.stage, edge_kind::from, stage.source});
        for (auto const& s : stage.steps) add_step_edges(s, i, result.edges);
    }
    visitor v{what, result, std::vector<char>(what.stages.size())};
    for (auto const t : result.targets) v.visit(t);
    return result;
}

CONSTAGE_INLINE std::string stage_name(plan const& what, std::size_t stage) {
    return what.stages[stage].name.empty() ? std::to_string(stage) : what.stages[stage].name;
}

CONSTAGE_INLINE std::string where(source const& place) {
    if (place.line == 0) return place.file;
    auto text = place.file + ":" + std::to_string(place.line);
    if (place.last_line > place.line) text += "-" + std::to_string(place.last_line);
    return text;
}

}  // namespace constage::plan

#endif
