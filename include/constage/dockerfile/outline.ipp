// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_OUTLINE_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_OUTLINE_IPP_INCLUDED

#include <constage/dockerfile/meaning.hpp>
#include <constage/dockerfile/outline.hpp>
#include <constage/dockerfile/read.hpp>
#include <constage/plan/expand.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace constage::dockerfile {

namespace outline_detail {

/// The comment that begins with the name.
CONSTAGE_INLINE std::string description_of(instruction const& i, std::string const& name) {
    for (auto const& c : i.comments_above)
        if (!name.empty() && c.starts_with(name + " ")) return c.substr(name.size() + 1);
    return "";
}

/// An ARG, and the names in its default.
struct known_argument {
    outline::argument what;
    std::set<std::string, std::less<>> names;
};
using arguments = std::map<std::string, known_argument>;

struct walker {
    document const& document_;
    plan::plan const& what;
    plan::choice const& how;
    plan::resolution resolved;
    arguments global{};
    std::map<std::string, std::string> global_values{};
    std::set<std::string> listed{};
    outline result{};
    std::map<std::size_t, std::map<std::string, std::string>> variables{};  ///< at the end of a stage
    std::vector<std::pair<std::set<std::string>, arguments>> uses{};        ///< of the stages, in the order of the build

    instruction const& at(plan::source const& where) const {
        return *std::find_if(document_.instructions.begin(), document_.instructions.end(),
                             [&](instruction const& i) { return i.first_line == where.line; });
    }
    static plan::expansion expand(std::string const& word, std::map<std::string, std::string> const& values) {
        return plan::expand(word, [&](std::string_view name) {
            auto const found = values.find(std::string(name));
            return found == values.end() ? std::nullopt : std::optional(found->second);
        });
    }
    /// The value of an ARG; none: it has none.
    std::optional<std::string> declare(plan::arg const& a, plan::source const& where, std::map<std::string, std::string> const& values,
                                       arguments& to) const {
        known_argument k{{a.name, "", description_of(at(where), a.name), where.line, where.last_line}, {}};
        std::optional<std::string> value;
        if (auto const given = how.build_args.find(a.name); given != how.build_args.end()) {
            value = given->second;
        } else if (a.value) {
            auto e = expand(*a.value, values);
            k.names = std::move(e.used);
            if (auto const before = to.find(a.name); k.names.count(a.name) && before != to.end())  // ARG A=${A}${B}
                k.names.insert(before->second.names.begin(), before->second.names.end());
            value = std::move(e.text);
        } else if (auto const above = global_values.find(a.name); &to != &global && above != global_values.end()) {
            return above->second;  // that one is listed
        }
        k.what.value = value.value_or("");
        to[a.name] = std::move(k);
        return value;
    }
    void use(std::string const& name, arguments const& from) {
        auto const found = from.find(name);
        if (found == from.end() || !listed.insert(name).second) return;
        for (auto const& other : found->second.names) use(other, from);
        result.arguments.push_back(found->second.what);
    }
    void globals() {
        global_values = plan::predefined_arguments(how, "");
        for (auto const& a : what.args)
            if (auto value = declare(a.what, a.source, global_values, global)) global_values[a.what.name] = *value;
    }
    void credentials(plan::run const& r, plan::source const& where, std::map<std::string, std::string> const& values);
    void stage(std::size_t index);
};

CONSTAGE_INLINE void walker::credentials(plan::run const& r, plan::source const& where, std::map<std::string, std::string> const& values) {
    for (auto const& m : r.mounts) {
        auto const option = [&](char const* key) {
            auto const found = m.options.find(key);
            return found == m.options.end() ? std::string() : expand(found->second, values).text;
        };
        auto const type = option("type");
        if (type != "secret" && type != "ssh") continue;
        auto name = option("id");
        if (name.empty() && type == "secret") name = option("source");
        if (name.empty()) name = type == "ssh" ? "default" : option("target").substr(option("target").rfind('/') + 1);
        auto& list = type == "ssh" ? result.ssh : result.secrets;
        auto const known = std::find_if(list.begin(), list.end(), [&](auto const& c) { return c.name == name; });
        if (known == list.end()) list.push_back({name, option("required") == "true", where.line, where.last_line});
    }
}

CONSTAGE_INLINE void walker::stage(std::size_t index) {
    auto const& s = what.stages[index];
    auto mine = global;
    std::map<std::string, std::string> values;
    if (auto const& from = resolved.stages[index].from; from.what == plan::reference::kind::stage) values = variables[from.stage];
    std::set<std::string> used;
    for (auto const* word : {&s.from.text, &s.platform})
        if (s.from.what != plan::reference::kind::stage || word == &s.platform)
            for (auto const& name : expand(*word, global_values).used) used.insert(name);
    for (auto const& step : s.steps) {
        if (auto const* list = std::get_if<plan::args>(&step.what))
            for (auto const& a : list->list) {
                if (auto value = declare(a, step.source, values, mine)) values[a.name] = *value;
                used.insert(a.name);
            }
        if (auto const* e = std::get_if<plan::env>(&step.what)) {
            auto const before = values;  // V016
            for (auto const& [key, value] : e->list) values[expand(key, before).text] = expand(value, before).text;
        }
        if (auto const* r = std::get_if<plan::run>(&step.what)) credentials(*r, step.source, values);
    }
    variables[index] = std::move(values);
    uses.emplace_back(std::move(used), std::move(mine));
}

}  // namespace outline_detail

CONSTAGE_INLINE std::vector<target_info> targets_of(document const& what) {
    std::vector<target_info> list;
    for (auto const& i : what.instructions) {
        if (i.keyword != "FROM") continue;
        auto const from = read_from(i);
        list.push_back(
            {from.name, outline_detail::description_of(i, from.name), from.base, from.platform, false, i.first_line, i.last_line});
    }
    if (!list.empty()) list.back().is_default = true;
    return list;
}

CONSTAGE_INLINE outline outline_of(document const& what, plan::choice const& how) {
    options reading;
    reading.file_name = what.file;
    reading.target = how.target;
    auto const p = read(what, reading);
    outline_detail::walker w{what, p, how, plan::resolve(p, how)};
    w.globals();
    auto const target = w.resolved.targets.back();
    w.result.name = p.stages[target].name;
    w.result.description = outline_detail::description_of(w.at(p.stages[target].source), p.stages[target].name);
    for (auto const s : w.resolved.order) w.stage(s);
    std::for_each(w.uses.rbegin(), w.uses.rend(), [&](auto const& u) {  // the target's own first
        for (auto const& name : u.first) w.use(name, u.second);
    });
    auto const by_line = [](auto const& a, auto const& b) { return a.line < b.line; };
    std::stable_sort(w.result.arguments.begin(), w.result.arguments.end(), by_line);
    std::stable_sort(w.result.secrets.begin(), w.result.secrets.end(), by_line);
    std::stable_sort(w.result.ssh.begin(), w.result.ssh.end(), by_line);
    return std::move(w.result);
}

}  // namespace constage::dockerfile

#endif
