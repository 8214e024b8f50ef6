// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_LOWER_TRIGGER_IPP_INCLUDED
#define CONSTAGE_DSL_LOWER_TRIGGER_IPP_INCLUDED

#include <constage/dsl/lower_step.hpp>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

namespace constage::dsl::lower_detail {

/// A word that stays one word: blanks outside quotes get a backslash.
CONSTAGE_INLINE std::string one_word(std::string const& text) {
    if (text.empty()) return "\"\"";
    std::string result;
    char quote = 0;
    for (std::size_t i = 0; i != text.size(); ++i) {
        char const c = text[i];
        if (c == '\\' && quote != '\'' && i + 1 != text.size()) {
            result += c;
            result += text[++i];
            continue;
        }
        if ((c == '\'' || c == '"') && (quote == 0 || quote == c)) quote = quote ? '\0' : c;
        if ((c == ' ' || c == '\t') && !quote) result += '\\';
        result += c;
    }
    return result;
}

CONSTAGE_INLINE std::string json_list(std::vector<std::string> const& words) {
    std::string text = "[";
    for (auto const& w : words) {
        text += text.size() > 1 ? ", \"" : "\"";
        for (char c : w) {
            if (c == '\n') {
                text += "\\n";
            } else if (c == '\t') {
                text += "\\t";
            } else {
                if (c == '"' || c == '\\') text += '\\';
                text += c;
            }
        }
        text += '"';
    }
    return text + "]";
}

CONSTAGE_INLINE std::string command_text(plan::command const& c) { return c.shell ? c.words.front() : json_list(c.words); }

CONSTAGE_INLINE std::string flag_text(std::string const& name, std::string const& value) {
    return value.empty() ? "" : " --" + name + "=" + one_word(value);
}

CONSTAGE_INLINE std::string body_text(std::vector<plan::heredoc> const& bodies) {
    std::string text;
    for (auto const& h : bodies) text += "\n" + h.body + h.name;
    return text;
}

struct trigger_text {
    std::string operator()(plan::run const& r) const {
        std::string text = "RUN";
        for (auto const& m : r.mounts) {
            text += " --mount=";
            std::string options;
            if (auto const type = m.options.find("type"); type != m.options.end()) options += ",type=" + type->second;
            if (m.from.what != plan::reference::kind::context) options += ",from=" + m.from.text;
            for (auto const& [k, v] : m.options)
                if (k != "type") options += "," + k + "=" + v;
            text += one_word(options.substr(1));
        }
        text += flag_text("network", r.network) + flag_text("security", r.security);
        for (auto const& d : r.devices) text += flag_text("device", d);
        if (r.what.shell && r.heredocs.empty() && r.what.words.front().find('\n') != std::string::npos)
            return text + " <<EOF\n" + r.what.words.front() + (r.what.words.front().ends_with('\n') ? "EOF" : "\nEOF");
        return text + " " + command_text(r.what) + body_text(r.heredocs);
    }
    std::string operator()(plan::copy const& c) const {
        std::string text = c.add ? "ADD" : "COPY";
        if (c.from.what != plan::reference::kind::context) text += flag_text("from", c.from.text);
        text += flag_text("chown", c.chown) + flag_text("chmod", c.chmod) + flag_text("checksum", c.checksum);
        if (c.link) text += " --link";
        if (c.parents) text += " --parents";
        if (c.keep_git_dir) text += *c.keep_git_dir ? " --keep-git-dir=true" : " --keep-git-dir=false";
        if (c.unpack) text += *c.unpack ? " --unpack=true" : " --unpack=false";
        for (auto const& e : c.exclude) text += flag_text("exclude", e);
        auto words = c.sources;
        words.push_back(c.destination);
        if (c.files.empty() && std::any_of(words.begin(), words.end(), [](auto const& w) { return w.find(' ') != std::string::npos; }))
            return text + " " + json_list(words);
        for (auto const& s : c.sources) text += " " + s;
        for (auto const& f : c.files) text += f.expand ? " <<" + f.name : " <<\"" + f.name + "\"";
        return text + " " + c.destination + body_text(c.files);
    }
    std::string operator()(plan::args const& a) const {
        std::string text = "ARG";
        for (auto const& [name, value] : a.list) text += " " + name + (value ? "=" + one_word(*value) : "");
        return text;
    }
    std::string operator()(plan::env const& e) const { return "ENV" + assignments(e.list); }
    std::string operator()(plan::label const& l) const { return "LABEL" + assignments(l.list); }
    std::string operator()(plan::expose const& e) const { return "EXPOSE" + words(e.ports); }
    std::string operator()(plan::volume const& v) const { return "VOLUME " + json_list(v.paths); }
    std::string operator()(plan::user const& u) const { return "USER " + u.text; }
    std::string operator()(plan::workdir const& w) const { return "WORKDIR " + w.path; }
    std::string operator()(plan::entrypoint const& e) const { return "ENTRYPOINT " + command_text(e.what); }
    std::string operator()(plan::cmd const& c) const { return "CMD " + command_text(c.what); }
    std::string operator()(plan::shell const& s) const { return "SHELL " + json_list(s.words); }
    std::string operator()(plan::stopsignal const& s) const { return "STOPSIGNAL " + s.text; }
    std::string operator()(plan::healthcheck const& h) const {
        if (h.none) return "HEALTHCHECK NONE";
        return "HEALTHCHECK" + flag_text("interval", h.interval) + flag_text("timeout", h.timeout) +
               flag_text("start-period", h.start_period) + flag_text("start-interval", h.start_interval) + flag_text("retries", h.retries) +
               " CMD " + command_text(h.test);
    }
    std::string operator()(plan::onbuild const& o) const { return "ONBUILD " + o.text; }
    std::string operator()(plan::maintainer const& m) const { return "MAINTAINER " + m.text; }

    static std::string assignments(plan::pairs const& list) {
        std::string text;
        for (auto const& [k, v] : list) text += " " + k + "=" + one_word(v);
        return text;
    }
    static std::string words(std::vector<std::string> const& list) {
        std::string text;
        for (auto const& w : list) text += " " + one_word(w);
        return text;
    }
};

CONSTAGE_INLINE std::string dockerfile_text(plan::instruction const& what) { return std::visit(trigger_text{}, what); }

}  // namespace constage::dsl::lower_detail

#endif
