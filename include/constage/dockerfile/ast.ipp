// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_AST_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_AST_IPP_INCLUDED

#include <constage/dockerfile/ast.hpp>
#include <constage/dockerfile/flags.hpp>
#include <constage/dockerfile/globals.hpp>
#include <constage/dockerfile/lint.hpp>
#include <constage/dockerfile/meaning.hpp>
#include <constage/dockerfile/mounts.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/dockerfile/read.hpp>
#include <constage/dockerfile/stages.hpp>
#include <constage/failure.hpp>
#include <constage/plan/resolve.hpp>

#include <charconv>
#include <nlohmann/json.hpp>

namespace constage::dockerfile {

namespace ast_detail {

using json = nlohmann::json;

/// "Dockerfile:7-9" → [7, 9].
CONSTAGE_INLINE json lines_of(std::string const& where) {
    int first = 0, last = 0;
    auto const colon = where.rfind(':');
    if (colon == where.npos) return nullptr;
    auto const* const end = where.data() + where.size();
    auto const read = std::from_chars(where.data() + colon + 1, end, first);
    if (read.ec != std::errc()) return nullptr;
    last = first;
    if (read.ptr != end && *read.ptr == '-') std::from_chars(read.ptr + 1, end, last);
    return {first, last};
}

CONSTAGE_INLINE json to_json(instruction const& i, bool inner = false) {
    json o{{"cmd", i.keyword}, {"cmd_raw", i.name}, {"args", i.arguments}, {"original", i.text}};
    if (!i.flags.empty()) o["flags"] = i.flags;
    if (i.json) o["json"] = true;
    for (auto const& d : i.heredocs)
        o["heredocs"].push_back({{"name", d.name}, {"content", d.content}, {"expand", d.expand}, {"chomp", d.chomp}, {"fd", d.fd}});
    if (!i.trigger.empty()) o["onbuild"] = to_json(i.trigger.front(), true);
    if (!i.comments_above.empty()) o["prev_comment"] = i.comments_above;
    if (inner) return o;
    o["lines"] = {i.first_line, i.last_line};
    o["stage"] = i.stage;
    return o;
}

CONSTAGE_INLINE json meta_args(document const& what) {
    json list = json::array();
    auto const values = evaluate_globals(what).declared;
    for (auto const& i : what.instructions) {
        if (i.stage >= 0) break;
        for (auto const& word : i.arguments) {
            auto const equals = word.find('=');
            json o{{"key", word.substr(0, equals)}, {"lines", {i.first_line, i.last_line}}};
            if (equals != word.npos) o["raw"] = word.substr(equals + 1);
            if (auto const v = values.find(word.substr(0, equals)); v != values.end() && v->second) o["value"] = *v->second;
            list.push_back(std::move(o));
        }
    }
    return list;
}

/// Edges of the graph, stage by stage.
struct edges {
    document const& what;
    std::vector<expanded_from> const& stages;
    stage_names names;
    json list = json::array();

    void add(char const* kind, instruction const& i, std::string const& raw, plan::reference const* to, std::string const& error = {}) {
        json e{{"kind", kind}, {"raw", raw}, {"to", i.stage}, {"lines", {i.first_line, i.last_line}}, {"from", nullptr}};
        if (!error.empty()) e["error"] = error;
        if (to && to->what == plan::reference::kind::stage) {
            e["from"] = to->stage;
            if (raw.find_first_not_of("+0123456789") == raw.npos) e["by_index"] = true;
            if (static_cast<int>(to->stage) >= i.stage) e["forward"] = true;
        } else if (to) {
            e["image"] = to->text;
        }
        list.push_back(std::move(e));
    }
    void from(expanded_from const& s) {
        auto const& i = what.instructions[s.instruction];
        json e{{"kind", "from"}, {"raw", i.arguments[0]}, {"to", i.stage}, {"lines", {i.first_line, i.last_line}}, {"from", nullptr}};
        if (s.base_stage)
            e["from"] = *s.base_stage;
        else if (s.base == "scratch")
            e["scratch"] = true;
        else
            e["image"] = s.base;
        list.push_back(std::move(e));
    }
    void files(instruction const& i, instruction const& inner) {
        auto const kind = &i == &inner ? "copy" : "onbuild";
        flag_values const flags(inner.flags, flags_of(inner.keyword));
        try {
            if (auto const raw = flags.text("from"); inner.keyword == "COPY" && !raw.empty()) {
                if (auto const dollar = raw.find('$'); dollar != raw.npos && dollar + 1 != raw.size()) {
                    add(kind, i, raw, nullptr, "variable expansion is not supported for --from");
                } else {
                    auto const to = names.from(raw, true);
                    add(kind, i, raw, &to);
                }
            }
        } catch (failure const& f) { add(kind, i, flags.text("from"), nullptr, f.what()); }
        if (inner.keyword != "RUN") return;
        for (auto const& m : flags.list("mount"))
            if (auto const raw = mount_from(m); !raw.empty()) {
                auto const to = names.from(raw, false);
                add("mount", i, raw, &to);
            }
    }
    json all() {
        std::size_t next = 0;
        for (auto const& i : what.instructions) {
            if (i.keyword == "FROM")
                from(stages[next++]);
            else if (i.keyword == "COPY" || i.keyword == "RUN")
                files(i, i);
            else if (!i.trigger.empty() && (i.trigger.front().keyword == "COPY" || i.trigger.front().keyword == "RUN"))
                files(i, i.trigger.front());
        }
        return std::move(list);
    }
};

CONSTAGE_INLINE json stages_of(std::vector<expanded_from> const& stages, document const& what) {
    json list = json::array();
    for (auto const& s : stages) {
        auto const& i = what.instructions[s.instruction];
        json o{{"index", list.size()}, {"name", s.name},        {"base_raw", i.arguments[0]},
               {"base", s.base},       {"base_stage", nullptr}, {"lines", {i.first_line, i.last_line}}};
        if (s.base_stage) o["base_stage"] = *s.base_stage;
        if (s.platform) {
            o["platform"] = *s.platform;
            o["platform_raw"] = read_from(i).platform;
        }
        list.push_back(std::move(o));
    }
    return list;
}

CONSTAGE_INLINE json convert(document const& what, converter const& with) {
    conversion c;
    try {
        auto const p = read(what);
        if (with) {
            c = with(p);
        } else {
            plan::resolve(p, {});
            c.ok = true;
        }
    } catch (failure const& f) {
        c = {};
        c.error = f.what();
        c.where = f.where;
    }
    json o{{"ok", c.ok}};
    if (!c.ok) {
        o["error"] = c.error;
        o["error_lines"] = lines_of(c.where);
    } else if (!c.image_config.empty()) {
        o["image_config"] = json::parse(c.image_config, nullptr, false);
    }
    return o;
}

CONSTAGE_INLINE void describe(json& o, document const& what, converter const& with) {
    o["escape"] = std::string(1, what.escape);
    o["directives"] = json::object();
    if (what.syntax) o["directives"]["syntax"] = *what.syntax;
    if (what.check) o["directives"]["check"] = *what.check;
    if (what.escape != '\\') o["directives"]["escape"] = std::string(1, what.escape);
    o["instructions"] = json::array();
    for (auto const& i : what.instructions) o["instructions"].push_back(to_json(i));
    check(what);
    o["meta_args"] = meta_args(what);
    auto const stages = expand_stages(what, evaluate_globals(what));
    std::vector<std::string> names;
    for (auto const& s : stages) names.push_back(s.name);
    o["stages"] = stages_of(stages, what);
    o["edges"] = edges{what, stages, stage_names(std::move(names))}.all();
    o["lint"] = json::object();
    for (auto const& w : lint(what)) o["lint"][w.rule] = o["lint"].value(w.rule, 0) + 1;
    o["llb"] = convert(what, with);
    o["ok"] = true;
}

}  // namespace ast_detail

CONSTAGE_INLINE std::string ast_json(std::string_view file_name, std::string_view text, converter const& convert) {
    using ast_detail::json;
    json o{{"file", file_name}, {"bytes", text.size()}, {"ok", false}};
    try {
        ast_detail::describe(o, parse(text, std::string(file_name)), convert);
    } catch (failure const& f) {
        o["error"] = f.what();
        o["error_lines"] = ast_detail::lines_of(f.where);
    }
    return o.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace constage::dockerfile

#endif
