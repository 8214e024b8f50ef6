// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_EXECUTION_KEYS_IPP_INCLUDED
#define CONSTAGE_ENGINE_EXECUTION_KEYS_IPP_INCLUDED

#include <constage/engine/execution.hpp>
#include <constage/engine/fetch.hpp>
#include <constage/files/copy.hpp>
#include <constage/files/digest.hpp>

/// What the keys of steps are made of.
namespace constage::engine {

/// The files that a task takes from elsewhere, by the name of the ingredient that they are. `stages`: other stages' too.
CONSTAGE_INLINE std::map<std::string, files::node_ptr> execution::inputs(task const& t, bool stages) {
    std::map<std::string, files::node_ptr> found;
    if (t.what == task::kind::copy && (t.copy.from_context || stages))
        if (auto const sources = local_sources(t.copy); !sources.empty())
            found.emplace("files", files::select(source_of(t.copy), sources, t.copy.exclude, t.copy.parents).root());
    if (t.what == task::kind::run)
        for (auto const& m : t.run.mounts) {
            if (m.what != lowered_mount::kind::bind) continue;
            if (m.from_context)
                found.emplace("files of mount " + m.target, files::select(context(), {m.source}, {}, false).root());
            else if (stages && m.source != "/")
                if (auto const at = tree(m.from).find(m.source); at && at->node) found.emplace("files of mount " + m.target, at->node);
        }
    return found;
}

/// What can be known without looking into other stages.
CONSTAGE_INLINE ingredients execution::quick_ingredients(task const& t) {
    auto parts = words_of(t);
    auto const independent = t.what == task::kind::copy && t.copy.link && t.copy.chmod.empty();
    auto const on_base = t.parent != nothing && what_.tasks[t.parent].what == task::kind::base;
    if (!independent) parts[on_base ? "base digest" : "parent step"] = result(t.parent);
    if (t.what == task::kind::copy) {
        if (!t.copy.from_context && !local_sources(t.copy).empty()) parts["files"] = "all of " + result(t.copy.from);
        auto const& others = fetched(t);
        auto const names = remote_sources(t.copy);
        for (std::size_t i = 0; i != others.size(); ++i) {
            auto const& n = *others[i].node;
            parts["download " + names[i]] +=
                others[i].name + " " + (n.content.digest.empty() ? files::content_digest(n) : n.content.digest.text());
        }
    }
    if (t.what == task::kind::run) {
        for (auto const& m : t.run.mounts)
            if (m.what == lowered_mount::kind::bind && !m.from_context) parts["files of mount " + m.target] = result(m.from);
        for (auto const& h : how_.add_hosts) parts["extra hosts"] += h + "\n";
    }
    for (auto const& [name, root] : inputs(t, false)) parts[name] = files::content_digest(*root);
    return parts;
}

/// With the content of the files that come from other stages in place of those stages' identity.
CONSTAGE_INLINE ingredients execution::full_ingredients(task const& t, ingredients parts) {
    for (auto const& [name, root] : inputs(t, true)) parts[name] = files::content_digest(*root);
    return parts;
}

/// Keeps the names of the files that go into a task, for this reason() and later ones.
CONSTAGE_INLINE void execution::keep_lists(task const& t, ingredients const& parts) {
    for (auto const& [name, root] : inputs(t, true))
        if (auto const& digest = parts.at(name); !store_.has("lists", digest))
            store_.put_text("lists/" + digest.substr(7), text_of(list_of(*root)));
}

/// Why a task must run: what differs from when it was last built.
CONSTAGE_INLINE std::string execution::reason(std::size_t index, ingredients const& parts) {
    if (what_.tasks[index].no_cache) return "--no-cache";
    auto const last_key = last_key_(index);
    if (!files::is_digest(last_key)) return "it has not run before";
    auto const last = store_.find_step(last_key);
    if (!last) return "its last result is not in the store any more";
    auto const text = explain(last->ingredients, parts, [this](std::string const& digest) {
        if (!files::is_digest(digest)) return file_list{};
        return parse_list(store_.find_text("lists/" + digest.substr(7)).value_or("{}"));
    });
    return text.empty() ? "its last result is not in the store any more" : text;
}

}  // namespace constage::engine

#endif
