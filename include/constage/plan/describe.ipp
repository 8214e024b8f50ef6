// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_DESCRIBE_IPP_INCLUDED
#define CONSTAGE_PLAN_DESCRIBE_IPP_INCLUDED

#include <constage/plan/describe.hpp>

namespace constage::plan {

namespace describe_detail {

CONSTAGE_INLINE std::string list(std::vector<std::string> const& words) {
    std::string text = "[";
    for (auto const& w : words) text += (text.size() > 1 ? ", \"" : "\"") + w + "\"";
    return text + "]";
}

CONSTAGE_INLINE std::string text_of(command const& c) {
    if (!c.shell) return list(c.words);
    auto const text = c.words.empty() ? std::string() : c.words.front();
    auto const line = text.find('\n');
    return line == std::string::npos || line + 1 == text.size() ? text.substr(0, line) : "<<EOF (" + text.substr(0, line) + "...)";
}

CONSTAGE_INLINE std::string assignments(pairs const& list) {
    std::string text;
    for (auto const& [k, v] : list) text += " " + k + "=" + v;
    return text;
}

struct describer {
    std::string operator()(run const& r) const {
        std::string text = "RUN";
        for (auto const& m : r.mounts) {
            std::string options;
            auto const add = [&](std::string const& key, std::string const& value) {
                options += (options.empty() ? "" : ",") + key + "=" + value;
            };
            if (auto const type = m.options.find("type"); type != m.options.end()) add("type", type->second);
            if (m.from.what != reference::kind::context) add("from", m.from.text);
            for (auto const& [k, v] : m.options)
                if (k != "type") add(k, v);
            text += " --mount=" + options;
        }
        if (!r.network.empty()) text += " --network=" + r.network;
        if (!r.security.empty()) text += " --security=" + r.security;
        return text + " " + text_of(r.what);
    }
    std::string operator()(copy const& c) const {
        std::string text = c.add ? "ADD" : "COPY";
        if (c.from.what != reference::kind::context) text += " --from=" + c.from.text;
        if (!c.chown.empty()) text += " --chown=" + c.chown;
        if (!c.chmod.empty()) text += " --chmod=" + c.chmod;
        if (c.link) text += " --link";
        if (c.parents) text += " --parents";
        for (auto const& e : c.exclude) text += " --exclude=" + e;
        for (auto const& s : c.sources) text += " " + s;
        for (auto const& f : c.files) text += " <<" + f.name;
        return text + " " + c.destination;
    }
    std::string operator()(args const& a) const {
        std::string text = "ARG";
        for (auto const& [name, value] : a.list) text += " " + name + (value ? "=" + *value : "");
        return text;
    }
    std::string operator()(env const& e) const { return "ENV" + assignments(e.list); }
    std::string operator()(label const& l) const { return "LABEL" + assignments(l.list); }
    std::string operator()(expose const& e) const { return "EXPOSE" + words(e.ports); }
    std::string operator()(volume const& v) const { return "VOLUME" + words(v.paths); }
    std::string operator()(user const& u) const { return "USER " + u.text; }
    std::string operator()(workdir const& w) const { return "WORKDIR " + w.path; }
    std::string operator()(entrypoint const& e) const { return "ENTRYPOINT " + text_of(e.what); }
    std::string operator()(cmd const& c) const { return "CMD " + text_of(c.what); }
    std::string operator()(shell const& s) const { return "SHELL " + list(s.words); }
    std::string operator()(stopsignal const& s) const { return "STOPSIGNAL " + s.text; }
    std::string operator()(healthcheck const& h) const { return h.none ? "HEALTHCHECK NONE" : "HEALTHCHECK CMD " + text_of(h.test); }
    std::string operator()(onbuild const& o) const { return "ONBUILD " + o.text; }
    std::string operator()(maintainer const& m) const { return "MAINTAINER " + m.text; }

    static std::string words(std::vector<std::string> const& list) {
        std::string text;
        for (auto const& w : list) text += " " + w;
        return text;
    }
};

}  // namespace describe_detail

CONSTAGE_INLINE std::string describe(step const& which) { return std::visit(describe_detail::describer{}, which.what); }

}  // namespace constage::plan

#endif
