// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_IMPORT_WORDS_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_IMPORT_WORDS_IPP_INCLUDED

#include <constage/dockerfile/import_step.hpp>
#include <constage/dockerfile/import_words.hpp>

namespace constage::dockerfile::import_detail {

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

CONSTAGE_INLINE plan::instruction words_with_backslashes(plan::instruction what) {
    std::visit(rewriter{}, what);
    return what;
}

}  // namespace constage::dockerfile::import_detail

#endif
