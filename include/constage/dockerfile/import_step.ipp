// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_IMPORT_STEP_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_IMPORT_STEP_IPP_INCLUDED

#include <constage/dockerfile/cpp_text.hpp>
#include <constage/dockerfile/import_step.hpp>
#include <constage/dockerfile/text.hpp>
#include <constage/dsl/check/config.hpp>
#include <constage/dsl/check/image.hpp>
#include <constage/dsl/check/path.hpp>
#include <constage/failure.hpp>

namespace constage::dockerfile::import_detail {

namespace check = dsl::check;
inline constexpr char const* indent = "\n        ";

CONSTAGE_INLINE std::string write_arg(plan::arg const& a) {
    auto const name = checked_literal(a.name, check::arg_name);
    return "arg(" + name + (a.value ? ", " + checked_literal(*a.value, check::variables) : "") + ")";
}

CONSTAGE_INLINE void number(detail::text_view t) {
    check::variables(t);
    if (t.empty() || (!check::is_open(t) && !detail::is_digit(t[0]))) throw failure("no number");
}

/// `{.id = "x", .required = true}`, or nothing.
struct named_fields {
    std::string text;

    void add(std::string const& name, std::string const& value) { text += (text.empty() ? "{." : ", .") + name + " = " + value; }
    /// As the last argument.
    std::string last() const { return text.empty() ? "" : ", " + text + "}"; }
};

struct step_writer {
    instruction const& from;
    std::function<std::string(std::size_t)> const& variable;
    imported_step result{};

    std::string list(std::string const& word, std::vector<std::string> const& items, void (*check)(detail::text_view)) {
        std::string text;
        for (auto const& i : items) text += (text.empty() ? "" : ", ") + checked_literal(i, check);
        return word + "(" + text + ")";
    }
    std::string exec(std::vector<std::string> const& words) { return list("exec", words, nullptr); }

    /// `"a " "b"`, a literal for each line of the Dockerfile below the first (after `word(`), with the comments that stood between them.
    std::string command_text(std::string_view word, std::string const& text);
    /// `word(…`
    std::string command(std::string_view word, plan::command const& c) {
        return std::string(word) + "(" + (c.shell ? command_text(word, c.words.front()) : exec(c.words));
    }

    std::string files_from(plan::reference const& r) {
        if (r.what == plan::reference::kind::stage) return "from(" + variable(r.stage) + ")";
        return "from(" + checked_literal(r.text, check::image) + ")";
    }
    std::string mount(plan::mount const& m);
    std::string heredoc_options(plan::heredoc const& d) const {
        named_fields o;
        if (!d.expand) o.add("expand", "false");
        if (d.chomp) o.add("chomp", "true");
        if (d.fd != 0) o.add("fd", std::to_string(d.fd));
        return o.text.empty() ? "" : "," + std::string(indent) + "    " + o.text + "}";
    }
    std::string pairs(char const* word, plan::pairs const& all) {
        if (all.size() == 1)
            return std::string(word) + "(" + checked_literal(all[0].first, check::key) + ", " +
                   checked_literal(all[0].second, check::variables) + ")";
        std::string text;
        for (auto const& [k, v] : all)
            text += (text.empty() ? "" : ",") + std::string(indent) + checked_literal(k, check::key) + ", " +
                    checked_literal(v, check::variables);
        return std::string(word) + "(" + text + ")";
    }

    void operator()(plan::run const& r);
    void operator()(plan::copy const& c);
    void operator()(plan::args const& a) {
        if (a.list.size() == 1) return void(result.code = write_arg(a.list[0]));
        for (auto const& one : a.list) result.code += (result.code.empty() ? "" : ", ") + write_arg(one);
        result.code = "args(" + result.code + ")";
    }
    void operator()(plan::env const& e) { result.code = pairs("env", e.list); }
    void operator()(plan::label const& l) { result.code = pairs("label", l.list); }
    void operator()(plan::expose const& e) { result.code = list("expose", e.ports, check::port); }
    void operator()(plan::volume const& v) { result.code = list("volume", v.paths, check::path); }
    void operator()(plan::user const& u) { result.code = list("user", {u.text}, check::user); }
    void operator()(plan::workdir const& w) { result.code = list("workdir", {w.path}, check::path); }
    void operator()(plan::entrypoint const& e) { result.code = command("entrypoint", e.what) + ")"; }
    void operator()(plan::cmd const& c) { result.code = command("cmd", c.what) + ")"; }
    void operator()(plan::shell const& s) { result.code = list("shell", s.words, nullptr); }
    void operator()(plan::stopsignal const& s) { result.code = list("stopsignal", {s.text}, check::signal); }
    void operator()(plan::onbuild const& o) {
        result.code = "onbuild(" + (o.text.find('\n') == o.text.npos ? checked_literal(o.text, check::command) : cpp_literal(o.text)) + ")";
    }
    void operator()(plan::maintainer const& m) { result.code = list("maintainer", {m.text}, nullptr); }
    void operator()(plan::healthcheck const& h) {
        if (h.none) return void(result.code = "healthcheck(none)");
        named_fields o;
        auto const add = [&](char const* name, std::string const& value) {
            if (!value.empty()) o.add(name, checked_literal(value, check::duration));
        };
        add("interval", h.interval);
        add("timeout", h.timeout);
        add("start_period", h.start_period);
        add("start_interval", h.start_interval);
        if (!h.retries.empty()) o.add("retries", checked_literal(h.retries, number));
        result.code = command("healthcheck", h.test);
        bool const several = result.code.find('\n') != result.code.npos;
        result.code += (several && !o.text.empty() ? "," + std::string(indent) + o.text + "}" : o.last()) + ")";
    }
};

CONSTAGE_INLINE std::string step_writer::command_text(std::string_view word, std::string const& text) {
    auto const below = "\n    " + std::string(word.size() + 1, ' ');
    auto const at = from.text.rfind(text);
    if (!passes(check::command, text)) return "at_runtime(" + cpp_literal(text) + ")";
    if (at == from.text.npos || from.pieces.size() < 2) return cpp_literal(text);
    std::string code;
    std::size_t next = 0;
    bool first = true;
    for (std::size_t p = 0; p != from.pieces.size(); ++p) {
        auto const begin = std::max(from.pieces[p].begin, at);
        auto const end = std::min(p + 1 == from.pieces.size() ? from.text.size() : from.pieces[p + 1].begin, at + text.size());
        if (begin >= end) continue;
        std::string between;
        for (; next != from.comments.size() && from.comments[next].line < from.pieces[p].line; ++next)
            if (from.comments[next].line > from.first_line && !first) between += cpp_comment(from.comments[next].text) + below;
        if (!first) code += below;
        code += between + cpp_literal(std::string_view(from.text).substr(begin, end - begin));
        first = false;
    }
    result.comments_inside = true;
    return code;
}

CONSTAGE_INLINE std::string step_writer::mount(plan::mount const& m) {
    auto const has = [&](char const* key) { return m.options.count(key) != 0; };
    auto const get = [&](char const* key) { return has(key) ? m.options.at(key) : std::string(); };
    auto const type = get("type");
    named_fields o;
    auto const text = [&](char const* key, void (*check)(detail::text_view)) {
        if (has(key)) o.add(key, checked_literal(get(key), check));
    };
    auto const flag = [&](char const* key) {
        if (has(key)) o.add(key, get(key) == "true" || get(key) == "false" ? get(key) : "at_runtime(" + cpp_literal(get(key)) + ")");
    };
    auto const owned = [&] {
        text("mode", number);
        text("uid", number);
        text("gid", number);
    };
    auto const target = checked_literal(get("target"), check::mount_target);
    bool const elsewhere = m.from.what != plan::reference::kind::context;
    std::string places;
    if (elsewhere) places += files_from(m.from) + ", ";
    if (type == "bind") {
        if (has("source")) places += checked_literal(get("source"), elsewhere ? check::path : check::context_path) + ", ";
        if (get("readonly") == "false")
            o.add("rw", "true");
        else
            flag("readonly");
        return ".bind(" + places + target + o.last() + ")";
    }
    if (type == "cache") {
        if (elsewhere) places += checked_literal(get("source"), check::path) + ", ";
        text("id", check::variables);
        text("sharing", check::sharing);
        owned();
        flag("readonly");
        return ".cache(" + places + target + o.last() + ")";
    }
    if (type == "tmpfs") {
        text("size", number);
        return ".tmpfs(" + target + o.last() + ")";
    }
    if (type == "secret") {
        text("target", check::mount_target);
        text("env", check::variables);
        flag("required");
        owned();
        return ".secret(" + checked_literal(get(has("source") ? "source" : "id"), check::variables) + o.last() + ")";
    }
    if (type == "ssh") {
        text("id", check::variables);
        text("target", check::mount_target);
        flag("required");
        owned();
        return ".ssh(" + (o.text.empty() ? "" : o.text + "}") + ")";
    }
    result.notes.push_back("a mount of type " + type + " was here");
    return "";
}

CONSTAGE_INLINE void step_writer::operator()(plan::run const& r) {
    auto& code = result.code;
    bool const lone = !from.heredocs.empty() && r.heredocs.empty();
    auto const script = r.heredocs.size() == 1 && r.what.words == std::vector<std::string>{"<<EOF"} &&
                        r.heredocs[0] == plan::heredoc{"EOF", r.heredocs[0].body, true, false, 0};
    if (lone || script) {
        auto const& body = lone ? r.what.words.front() : r.heredocs[0].body;
        code = "run(script(" + (passes(check::command, body) ? cpp_body(body) : "at_runtime(" + cpp_body(body) + ")") + "))";
    } else {
        code = command("run", r.what) + ")";
        for (auto const& d : r.heredocs)
            code += std::string(indent) + ".heredoc(" + cpp_literal(d.name) + ", " + cpp_body(d.body) + heredoc_options(d) + ")";
    }
    std::vector<std::string> methods;
    for (auto const& m : r.mounts) methods.push_back(mount(m));
    if (!r.network.empty()) methods.push_back(".network(" + checked_literal(r.network, check::network) + ")");
    if (!r.security.empty()) methods.push_back(".security(" + checked_literal(r.security, check::security) + ")");
    for (auto const& d : r.devices) methods.push_back(".device(" + cpp_literal(d) + ")");
    bool const apart = methods.size() > 1 || code.find('\n') != code.npos;
    for (auto const& m : methods) code += (apart ? indent : "") + m;
}

CONSTAGE_INLINE void step_writer::operator()(plan::copy const& c) {
    auto& code = result.code;
    bool const elsewhere = c.from.what != plan::reference::kind::context;
    code = c.add ? "add(" : "copy(";
    bool const apart = !c.files.empty();  // a body takes several lines, so everything gets its own
    auto const next = apart ? "," + std::string(indent) : ", ";
    if (apart) code += indent;
    if (elsewhere) code += files_from(c.from) + next;
    auto const several = c.sources.size() + c.files.size() > 1;
    for (auto const& s : c.sources)
        code += checked_literal(s, elsewhere || c.sources.size() > 4 ? check::path : check::context_path) + next;
    for (auto const& f : c.files) code += "file(" + cpp_literal(f.name) + ", " + cpp_body(f.body) + heredoc_options(f) + ")" + next;
    auto const& to = c.destination;
    bool const directory = to.ends_with('/') || to == "." || to == ".." || to.ends_with("/.") || to.find_first_of("$'\"\\") != to.npos;
    if (several && !directory) {
        result.notes.push_back("Several sources and no slash at the end of the destination: they overwrite each other.");
        code += "at_runtime(" + cpp_literal(to) + "))";
    } else {
        code += checked_literal(to, check::path) + ")";
    }
    auto const method = [&](std::string const& text) { code += (apart ? indent : "") + text; };
    auto const with_text = [&](std::string const& name, std::string const& text, void (*check)(detail::text_view)) {
        if (!text.empty()) method("." + name + "(" + checked_literal(text, check) + ")");
    };
    with_text("chown", c.chown, check::owner);
    with_text("chmod", c.chmod, check::mode);
    with_text("checksum", c.checksum, check::checksum);
    if (c.link) method(".link()");
    if (c.parents) method(".parents()");
    for (auto const& e : c.exclude) method(".exclude(" + cpp_literal(e) + ")");
    if (c.keep_git_dir) method(*c.keep_git_dir ? ".keep_git_dir()" : ".keep_git_dir(false)");
    if (c.unpack) method(*c.unpack ? ".unpack()" : ".unpack(false)");
}

CONSTAGE_INLINE imported_step write_step(instruction const& from, plan::instruction const& what,
                                         std::function<std::string(std::size_t)> const& variable) {
    step_writer w{from, variable};
    std::visit(w, what);
    return std::move(w.result);
}

}  // namespace constage::dockerfile::import_detail

#endif
