// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_READ_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_READ_IPP_INCLUDED

#include <constage/dockerfile/escape.hpp>
#include <constage/dockerfile/meaning.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/dockerfile/read.hpp>
#include <constage/dockerfile/stages.hpp>
#include <constage/dockerfile/text.hpp>
#include <constage/failure.hpp>
#include <constage/system_failure.hpp>

#include <fstream>
#include <map>
#include <sstream>

namespace constage::dockerfile {

namespace read_detail {

/// Adds what a failure does not know itself.
[[noreturn]] CONSTAGE_INLINE void fail(failure& f, document const& in, instruction const& i) {
    auto const text = i.text.size() <= 200 ? i.text : i.text.substr(0, 200) + "…";
    throw std::move(f).with_where(place(in, i)).with_instruction(text);
}

CONSTAGE_INLINE void check_all(document const& what) {
    for (auto const& i : what.instructions) {
        try {
            check(i);
            if (i.stage < 0 && i.keyword != "ARG")
                throw failure("no build stage in current context").with_hint("only ARG may stand before the first FROM");
        } catch (failure& f) { fail(f, what, i); }
    }
    if (what.instructions.empty() || what.instructions.back().stage < 0)
        throw failure("dockerfile contains no stages to build").with_where(what.file);
}

CONSTAGE_INLINE stage_names names_of(document const& what) {
    std::vector<std::string> names;
    for (auto const& i : what.instructions)
        if (i.keyword == "FROM") names.push_back(read_from(i).name);
    return stage_names(std::move(names));
}

/// Marks the stages that `stage` may need.
CONSTAGE_INLINE void mark(plan::plan const& what, std::size_t stage, std::vector<char>& needed) {
    std::vector<std::size_t> todo{stage};
    while (!todo.empty()) {
        auto const at = todo.back();
        todo.pop_back();
        if (needed[at]) continue;
        needed[at] = 1;
        auto const follow = [&](plan::reference const& r) {
            if (r.what == plan::reference::kind::stage) todo.push_back(r.stage);
            todo.insert(todo.end(), r.choices.begin(), r.choices.end());
        };
        follow(what.stages[at].from);
        for (auto const& s : what.stages[at].steps) {
            if (auto const* c = std::get_if<plan::copy>(&s.what)) follow(c->from);
            if (auto const* r = std::get_if<plan::run>(&s.what))
                for (auto const& m : r->mounts) follow(m.from);
        }
    }
}

}  // namespace read_detail

CONSTAGE_INLINE void check(document const& what) { read_detail::check_all(what); }

CONSTAGE_INLINE plan::plan read(document const& what, options const& how) {
    read_detail::check_all(what);
    auto const names = read_detail::names_of(what);
    plan::plan result;
    std::map<std::size_t, failure> mistakes;  // by stage: they count only if the stage is needed
    for (auto const& i : what.instructions) {
        plan::source const source{what.file, i.first_line, i.last_line};
        if (i.keyword == "FROM") {
            auto const from = with_backslashes(read_from(i), what.escape);
            try {
                result.stages.push_back({from.name, names.base(from.base, result.stages.size()), from.platform, {}, source});
            } catch (failure& f) { read_detail::fail(f, what, i); }
            continue;
        }
        bool bad_index = false;  // an error wherever it stands
        try {
            auto meaning = with_backslashes(to_plan(i,
                                                    [&](std::string const& name, bool numbers) {
                                                        bad_index = true;
                                                        auto from = names.from(name, numbers);
                                                        bad_index = false;
                                                        return from;
                                                    }),
                                            what.escape);
            if (!result.stages.empty()) {
                result.stages.back().steps.push_back({std::move(meaning), source});
                continue;
            }
            for (auto& a : std::get<plan::args>(meaning).list) result.args.push_back({std::move(a), source});
        } catch (failure& f) {
            try {
                read_detail::fail(f, what, i);
            } catch (failure const& complete) {
                if (bad_index) throw;
                mistakes.emplace(result.stages.size() - 1, complete);
            }
        }
    }
    if (mistakes.empty()) return result;
    if (how.all_stages) throw mistakes.begin()->second;
    std::vector<char> needed(names.size());
    read_detail::mark(result, how.target.empty() ? names.size() - 1 : names.find(how.target).value_or(names.size() - 1), needed);
    for (auto const& [stage, f] : mistakes)
        if (needed[stage]) throw f;
    return result;
}

CONSTAGE_INLINE plan::plan read(std::string_view text, options const& how) { return read(parse(text, how.file_name), how); }

CONSTAGE_INLINE plan::plan read_file(std::string const& path, options how) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!file || (text << file.rdbuf()).bad()) throw system_failure("read", path);
    how.file_name = path;
    return read(text.str(), how);
}

CONSTAGE_INLINE plan::instruction read_trigger(std::string_view text) {
    try {
        auto const i = parse_instruction(text);
        if (i.keyword == "FROM" || i.keyword == "MAINTAINER" || i.keyword == "ONBUILD")
            throw failure(i.keyword + " isn't allowed as an ONBUILD trigger");
        return to_plan(i, [](std::string const& name, bool) {
            plan::reference r;
            r.what = plan::reference::kind::image;
            r.text = name;
            return r;
        });
    } catch (failure& f) { throw std::move(f).with_instruction("ONBUILD " + std::string(text.substr(0, 200))); }
}

CONSTAGE_INLINE plan::step trigger_step(std::string const& text, plan::source const& where) { return {read_trigger(text), where}; }

}  // namespace constage::dockerfile

#endif
