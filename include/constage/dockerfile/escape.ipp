// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_ESCAPE_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_ESCAPE_IPP_INCLUDED

#include <constage/dockerfile/escape.hpp>

namespace constage::dockerfile {

CONSTAGE_INLINE std::string with_backslashes(std::string_view word) {
    std::string result;
    char quote = 0;
    for (std::size_t i = 0; i != word.size(); ++i) {
        char const c = word[i];
        if (c == '`' && !quote && i + 1 == word.size()) break;  // at the very end it protects nothing and goes
        bool const escapable = i + 1 != word.size() && (!quote || word[i + 1] == '"' || word[i + 1] == '$' || word[i + 1] == '`');
        if (quote == '\'') {
            if (c == quote) quote = 0;
            result += c;
        } else if (c == '`' && escapable) {
            char const next = word[++i];
            if (quote && next == '`')
                result += next;
            else
                result += std::string("\\") + next;
        } else if (c == '\\') {
            result += "\\\\";
        } else {
            if (c == '"' || (c == '\'' && !quote)) quote = quote ? '\0' : c;
            result += c;
        }
    }
    return result;
}

namespace escape_detail {

struct rewriter {
    void change(std::string& word) const { word = with_backslashes(word); }
    void change(std::vector<std::string>& words) const {
        for (auto& w : words) change(w);
    }
    void change(plan::pairs& pairs) const {
        for (auto& [k, v] : pairs) change(k), change(v);
    }
    void operator()(plan::run& r) const {
        for (auto& m : r.mounts)
            for (auto& [key, value] : m.options) change(value);
    }
    void operator()(plan::copy& c) const {
        change(c.sources);
        for (auto* word : {&c.destination, &c.chown, &c.chmod, &c.checksum}) change(*word);
    }
    void operator()(plan::args& a) const {
        for (auto& one : a.list)
            if (one.value) change(*one.value);
    }
    void operator()(plan::env& e) const { change(e.list); }
    void operator()(plan::label& l) const { change(l.list); }
    void operator()(plan::expose& e) const { change(e.ports); }
    void operator()(plan::volume& v) const { change(v.paths); }
    void operator()(plan::user& u) const { change(u.text); }
    void operator()(plan::workdir& w) const { change(w.path); }
    void operator()(plan::stopsignal& s) const { change(s.text); }
    template <class Other>
    void operator()(Other&) const {}  // commands and triggers are not expanded here
};

}  // namespace escape_detail

CONSTAGE_INLINE plan::instruction with_backslashes(plan::instruction what, char escape) {
    if (escape != '\\') std::visit(escape_detail::rewriter{}, what);
    return what;
}

CONSTAGE_INLINE from_line with_backslashes(from_line what, char escape) {
    if (escape == '\\') return what;
    return {with_backslashes(what.base), std::move(what.name), with_backslashes(what.platform)};
}

}  // namespace constage::dockerfile

#endif
