// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_EXPORT_DOCKERFILE_IPP_INCLUDED
#define CONSTAGE_EXPORT_DOCKERFILE_IPP_INCLUDED

#include <constage/dockerfile/text.hpp>
#include <constage/export/dockerfile.hpp>
#include <constage/export/dockerfile_line.hpp>
#include <constage/failure.hpp>
#include <constage/plan/resolve.hpp>

#include <algorithm>
#include <set>

namespace constage::exporter {

namespace dockerfile_detail {

struct writer {
    plan::plan const& what;
    std::vector<std::string> names{};  ///< of the stages; empty: only a number
    std::string out{};

    std::string name(plan::reference const& r) const {
        if (r.what != plan::reference::kind::stage) return r.text;
        return names[r.stage].empty() ? std::to_string(r.stage) : names[r.stage];
    }
    /// A stage that is needed by name.
    void must_have_name(plan::reference const& r) {
        if (r.what != plan::reference::kind::stage || !names[r.stage].empty()) return;
        auto name = "stage-" + std::to_string(r.stage);
        while (std::find(names.begin(), names.end(), name) != names.end()) name += "-";
        names[r.stage] = name;
    }
    void find_names();
    void from(plan::stage const& s, std::size_t index);
    void pairs(char const* keyword, plan::pairs const& list);
    void words(char const* keyword, std::vector<std::string> const& list, bool may_be_json);
    void command(std::string const& keyword, plan::command const& c) {
        if (!c.shell) return line(keyword + " " + json_array(c.words));
        auto const& text = c.words.front();
        bool const after_flags = keyword.ends_with(" CMD");  // HEALTHCHECK's
        if (text.empty() || after_flags) return line(keyword + (text.empty() ? "" : " " + text));
        line(keyword, text);
    }
    void line(std::string const& text) {
        if (text.find('\n') != text.npos) throw failure("a line break in a word cannot be written in a Dockerfile");
        out += wrapped(text);
    }
    /// An instruction without flags of its own: what looks like one is a word.
    void line(std::string const& keyword, std::string const& rest) { line(keyword + (rest.starts_with("--") ? " -- " : " ") + rest); }

    void operator()(plan::run const& r) {
        out += write_run(r, [&](plan::reference const& f) { return name(f); });
    }
    void operator()(plan::copy const& c) {
        out += write_copy(c, [&](plan::reference const& f) { return name(f); });
    }
    void operator()(plan::args const& a) {
        std::vector<std::string> list;
        for (auto const& one : a.list) list.push_back(one.value ? assignment(one.name, *one.value) : one.name);
        words("ARG", list, false);
    }
    void operator()(plan::env const& e) { pairs("ENV", e.list); }
    void operator()(plan::label const& l) { pairs("LABEL", l.list); }
    void operator()(plan::expose const& e) { words("EXPOSE", e.ports, false); }
    void operator()(plan::volume const& v) { words("VOLUME", v.paths, true); }
    void operator()(plan::user const& u) { line("USER", u.text); }
    void operator()(plan::workdir const& w) { line("WORKDIR", w.path); }
    void operator()(plan::entrypoint const& e) { command("ENTRYPOINT", e.what); }
    void operator()(plan::cmd const& c) { command("CMD", c.what); }
    void operator()(plan::shell const& s) { line("SHELL " + json_array(s.words)); }
    void operator()(plan::stopsignal const& s) { line("STOPSIGNAL", s.text); }
    void operator()(plan::maintainer const& m) { line("MAINTAINER", m.text); }
    void operator()(plan::onbuild const& o) { out += "ONBUILD " + o.text + "\n"; }
    void operator()(plan::healthcheck const& h) {
        if (h.none) return line("HEALTHCHECK NONE");
        std::string text = "HEALTHCHECK";
        auto const add = [&](char const* key, std::string const& value) {
            if (!value.empty()) text += flag(key, value);
        };
        add("interval", h.interval);
        add("timeout", h.timeout);
        add("start-period", h.start_period);
        add("start-interval", h.start_interval);
        add("retries", h.retries);
        command(text + " CMD", h.test);
    }
};

CONSTAGE_INLINE void writer::find_names() {
    for (auto const& s : what.stages) names.push_back(s.name);
    for (auto const& s : what.stages) {
        must_have_name(s.from);
        for (auto const& step : s.steps)
            if (auto const* r = std::get_if<plan::run>(&step.what))
                for (auto const& m : r->mounts) must_have_name(m.from);
    }
}

CONSTAGE_INLINE void writer::from(plan::stage const& s, std::size_t index) {
    std::string text = "FROM";
    if (!s.platform.empty()) text += flag("platform", s.platform);
    text += " " + name(s.from);
    if (!names[index].empty()) text += " AS " + names[index];
    line(text);
}

CONSTAGE_INLINE void writer::pairs(char const* keyword, plan::pairs const& list) {
    auto const legacy = [&](std::string const& key, std::string const& value) {  // `ENV key rest of the line`
        auto const text = key + " " + value;
        return !value.empty() && dockerfile::cut_word(text) == std::pair<std::string_view, std::string_view>(key, value) &&
               dockerfile::quoted_words(text, '\\').front().find('=') == std::string::npos;
    };
    if (list.size() == 1) {
        auto const& [key, value] = list.front();
        auto const text = key + "=" + value;
        bool const is_word = dockerfile::quoted_words(text, '\\') == std::vector<std::string>{text};
        if (!is_word && legacy(key, value)) return line(keyword, key + " " + value);
    }
    std::vector<std::string> all;
    for (auto const& [key, value] : list) all.push_back(assignment(key, value));
    words(keyword, all, false);
}

CONSTAGE_INLINE void writer::words(char const* keyword, std::vector<std::string> const& list, bool may_be_json) {
    bool const json = may_be_json && std::any_of(list.begin(), list.end(), [](std::string const& w) {
                          return w.find_first_of(" \t\n") != w.npos || w.starts_with("[") || w.starts_with("--");
                      });
    if (json) return line(keyword, json_array(list));
    std::string text;
    for (auto const& w : list) text += (text.empty() ? "" : " ") + w;
    line(keyword, text);
}

}  // namespace dockerfile_detail

CONSTAGE_INLINE std::string to_dockerfile(plan::plan const& what) {
    dockerfile_detail::writer w{what};
    w.find_names();
    plan::source at;
    try {
        for (auto const& a : what.args) {
            at = a.source;
            w(plan::args{{a.what}});
        }
        for (std::size_t i = 0; i != what.stages.size(); ++i) {
            auto const& s = what.stages[i];
            at = s.source;
            if (!w.out.empty()) w.out += "\n";
            w.from(s, i);
            for (auto const& step : s.steps) {
                at = step.source;
                std::visit(w, step.what);
            }
        }
    } catch (failure& f) { throw std::move(f).with_where(plan::where(at)); }
    return std::move(w.out);
}

}  // namespace constage::exporter

#endif
