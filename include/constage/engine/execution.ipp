// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_EXECUTION_IPP_INCLUDED
#define CONSTAGE_ENGINE_EXECUTION_IPP_INCLUDED

#include <sys/stat.h>
#include <unistd.h>

#include <constage/engine/directories.hpp>
#include <constage/engine/disk_usage.hpp>
#include <constage/engine/execution.hpp>
#include <constage/engine/failed_run.hpp>
#include <constage/engine/fetch.hpp>
#include <constage/engine/lower_instructions.hpp>
#include <constage/engine/run_step.hpp>
#include <constage/engine/step_log.hpp>
#include <constage/failure.hpp>
#include <constage/files/archive.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/ignore.hpp>
#include <constage/files/materialize.hpp>
#include <constage/files/scan.hpp>

#include <chrono>
#include <mutex>
#include <set>
#include <unordered_map>

namespace constage::engine {

struct execution::state {
    std::string key, result, why;
    std::string previous;  ///< the change of this instruction when it last ran, if that is known
    step_record record;
    std::recursive_mutex guard;  ///< of what is computed on demand
    std::optional<files::tree> tree;
    std::optional<files::diff> changes;
    std::optional<std::vector<std::string>> mountable;
    std::optional<std::vector<files::copy_request::inline_file>> fetched;
};

namespace execution_detail {

CONSTAGE_INLINE std::string chain(std::string const& parent, std::string const& change) { return files::digest_of(parent + "\n" + change); }

/// Those of the first that the second has too.
CONSTAGE_INLINE files::diff only(files::diff from, files::diff const& wanted) {
    std::set<std::string_view> paths;
    for (auto const& c : wanted) paths.insert(c.path);
    std::erase_if(from, [&](auto const& c) { return !paths.contains(c.path); });
    return from;
}

/// The files that were the same the last time are in the store: one changed file of many is one file to write.
CONSTAGE_INLINE files::diff with_contents_of(files::diff changes, std::string const& previous, store const& where) {
    if (previous.empty()) return changes;
    auto const place = where.path("snapshots", previous);
    auto const text = ::access((place + "/fs").c_str(), F_OK) == 0 ? read_file(place + "/diff") : std::nullopt;
    if (!text) return changes;
    auto const before = files::load(*text, place);
    std::unordered_map<std::string_view, files::node const*> at;
    for (auto const& c : before)
        if (c.node) at.emplace(c.path, c.node.get());
    for (auto& c : changes) {
        if (!c.node || c.node->type != files::type::file || c.node->content.digest.empty()) continue;
        auto const found = at.find(c.path);
        if (found == at.end() || found->second->content.digest != c.node->content.digest) continue;
        auto n = std::make_shared<files::node>(*c.node);
        n->content = found->second->content;
        c.node = std::move(n);
    }
    return changes;
}

}  // namespace execution_detail

CONSTAGE_INLINE execution::execution(lowering const& what, options const& how, store& where, base_set& bases, cache_set& caches,
                                     std::function<std::string(std::size_t)> last_key)
    : what_(what), how_(how), store_(where), bases_(bases), caches_(caches), last_key_(std::move(last_key)) {
    for (std::size_t i = 0; i != what.tasks.size(); ++i) states_.push_back(std::make_unique<state>());
}
CONSTAGE_INLINE execution::~execution() = default;

CONSTAGE_INLINE std::stop_token execution::stop() const { return how_.stop; }
CONSTAGE_INLINE std::string const& execution::why(std::size_t t) const { return states_[t]->why; }
CONSTAGE_INLINE std::string const& execution::key(std::size_t t) const { return states_[t]->key; }
CONSTAGE_INLINE step_record const& execution::record(std::size_t t) const { return states_[t]->record; }
CONSTAGE_INLINE std::string const& execution::result(std::size_t t) const {
    static std::string const empty;
    return t == nothing ? empty : states_[t]->result;
}

CONSTAGE_INLINE std::shared_ptr<sandbox::connection_pool> execution::networks() {
    connected_([&] { networks_ = share_networks(); });
    return networks_;
}

CONSTAGE_INLINE void execution::keep(failed_run&& what) {
    std::lock_guard const hold(failing_);
    if (!failed_) failed_ = std::make_unique<failed_run>(std::move(what));
}

// ---- where files come from -------------------------------------------------------------------------------------------

/// The parts of the build context that any task names (C026), scanned once.
CONSTAGE_INLINE files::tree execution::context() {
    scanned_([&] {
        if (how_.context_files) {
            context_ = *how_.context_files;
            return;
        }
        std::vector<std::string> paths;
        for (auto const& t : what_.tasks) {
            if (t.what == task::kind::copy && t.copy.from_context)
                for (auto const& s : local_sources(t.copy)) paths.push_back(t.copy.parents ? "/" : s);
            if (t.what == task::kind::run)
                for (auto const& m : t.run.mounts)
                    if (m.from_context && m.what == lowered_mount::kind::bind) paths.push_back(m.source);
        }
        auto const rules = ignore_rules_of(how_.context, how_.dockerfile);
        files::context_options o;
        o.ignore = &rules;
        o.index = &store_.index();
        context_ = files::scan_context(how_.context, paths, o);
    });
    return context_;
}

CONSTAGE_INLINE files::tree execution::source_of(lowered_copy const& c) { return c.from_context ? context() : tree(c.from); }

/// Downloads and repositories of an ADD. Servers are asked once in every build whether there is something new.
CONSTAGE_INLINE std::vector<files::copy_request::inline_file> const& execution::fetched(task const& t) {
    auto& s = *states_[static_cast<std::size_t>(&t - what_.tasks.data())];
    std::lock_guard const hold(s.guard);
    if (!s.fetched) s.fetched = fetch_sources(t.copy, how_, store_);
    return *s.fetched;
}

CONSTAGE_INLINE files::copy_request execution::copy_request_of(task const& t) {
    auto const& c = t.copy;
    files::copy_request r;
    r.sources = local_sources(c);
    if (!r.sources.empty()) r.from = source_of(c);
    r.from_context = c.from_context && !how_.context_files;  // an archive says who owns its files
    r.files = fetched(t);
    for (auto const& [name, text] : c.files) {
        auto n = std::make_shared<files::node>();
        n->size = text.size();
        n->content.text = text;
        n->content.digest = files::digest_of(text);
        r.files.push_back({name, n});
    }
    r.destination = c.destination;
    r.workdir = c.workdir;
    r.chown = c.chown;
    r.chmod = c.chmod;
    r.exclude = c.exclude;
    r.parents = c.parents;
    r.link = c.link;
    r.unpack_required = c.unpack.value_or(false);
    if (c.add && c.unpack.value_or(true))
        r.unpack = [this](files::node const& n) -> std::optional<files::diff> {
            if (n.content.path.empty() || !files::is_archive(n.content.path)) return std::nullopt;
            return unpacked(n.content.path, n.content.digest.text(), how_, store_);
        };
    return r;
}

// ---- doing it -------------------------------------------------------------------------------------------------------

CONSTAGE_INLINE void execution::finish(std::size_t t, std::string const& key, step_record record) {
    auto& s = *states_[t];
    s.key = key;
    s.result = execution_detail::chain(result(what_.tasks[t].parent), record.result);
    s.record = std::move(record);
}

CONSTAGE_INLINE bool execution::try_cached(std::size_t index) {
    auto const& t = what_.tasks[index];
    if (t.what == task::kind::base) {
        auto& b = bases_.at(t.base.id);
        if (b.directory.empty())
            states_[index]->result = b.identity;
        else {
            auto const digest = files::content_digest(*tree(index).root());
            finish(index, digest, {digest, {}, 0, 0});
        }
        return true;
    }
    if (t.no_cache) return false;
    auto const key = key_of(quick_ingredients(t));
    auto const record = caches_.find_step(key);
    if (!record || (t.what == task::kind::run && !caches_.has_change(record->result))) return false;
    finish(index, key, *record);
    mark_used(store_.path("steps", key));
    if (t.what == task::kind::run) mark_used(store_.path("snapshots", record->result));
    return true;
}

/// Runs the command; all that it prints goes into a file too.
CONSTAGE_INLINE run_result execution::run_logged(task const& t, std::string const& key,
                                                 std::function<void(int, std::string_view)> const& output) {
    step_log log(store_, key);
    run_step step{*this, what_, how_, store_, bases_, t};
    try {
        auto done = step.run([&] { return context(); },
                             [&](int fd, std::string_view bytes) {
                                 log.write(bytes);
                                 if (output) output(fd, bytes);
                             });
        log.keep();
        return done;
    } catch (failure& f) {
        if (f.exit_code == 0) throw;
        auto const path = log.keep();
        if (path.empty()) throw;
        throw std::move(f).with_hint("the whole log is " + path);
    }
}

CONSTAGE_INLINE void execution::run(std::size_t index, std::function<void(int, std::string_view)> const& output) {
    auto const& t = what_.tasks[index];
    auto const begin = std::chrono::steady_clock::now();
    auto const quick = quick_ingredients(t);
    auto const quick_key = key_of(quick);
    auto const only_one = store_.lock("step-" + quick_key.substr(7), how_.stop);
    if (try_cached(index)) return;  // another process, or another platform of this build, has just done it
    auto const parts = full_ingredients(t, quick);
    auto const key = key_of(parts);
    auto& s = *states_[index];
    if (auto const last = last_key_(index); files::is_digest(last))
        if (auto const record = store_.find_step(last)) s.previous = record->result;
    if (key != quick_key && !t.no_cache)
        if (auto const same = caches_.find_step(key);
            same && (t.what != task::kind::run || caches_.has_change(same->result))) {  // other files of that stage changed, not these
            store_.put_step(quick_key, *same);
            finish(index, quick_key, *same);
            return;
        }
    s.key = quick_key;
    keep_lists(t, parts);
    s.why = reason(index, parts);
    step_record record;
    record.ingredients = parts;
    auto const describe = [&](files::diff const& changes) {
        record.result = digest_of(changes);
        record.file_bytes = files::file_bytes(changes);
    };
    if (t.what == task::kind::run) {
        auto const done = run_logged(t, quick_key, output);
        describe(done.changes);
        done.publish(store_, record.result);
    } else {
        describe(changes(index));
    }
    record.time = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin).count();
    store_.put_step(key, record);
    if (key != quick_key) store_.put_step(quick_key, record);
    finish(index, quick_key, std::move(record));
}

// ---- results ---------------------------------------------------------------------------------------------------------

/// COPY, ADD and WORKDIR are functions of trees: computed again whenever their change is needed, never stored.
CONSTAGE_INLINE files::diff execution::compute(task const& t) {
    // To find an owner, files are read.
    auto const before = (t.copy.chown + t.workdir.user).empty() ? listing(t.parent) : tree(t.parent);
    if (t.what == task::kind::copy) return files::copy(before, copy_request_of(t));
    return files::make_directories(before, t.workdir.path, files::owner_of(t.workdir.user, before));
}

CONSTAGE_INLINE files::diff execution::changes(std::size_t index) {
    auto const& t = what_.tasks[index];
    auto& s = *states_[index];
    std::lock_guard const hold(s.guard);
    if (!s.changes) {
        if (t.what == task::kind::base)
            s.changes = files::difference(files::tree{}, bases_.listing(t.base.id));
        else if (t.what == task::kind::run) {
            caches_.bring_change(s.record.result);
            auto const place = store_.path("snapshots", s.record.result);
            auto const text = read_file(place + "/diff");
            if (!text) throw failure("the store lacks snapshot " + s.record.result).with_hint("build again with --no-cache");
            s.changes = files::load(*text, place);
        } else
            s.changes = compute(t);
    }
    return *s.changes;
}

CONSTAGE_INLINE files::tree execution::listing(std::size_t index) {
    if (index == nothing) return {};
    auto const& t = what_.tasks[index];
    auto& s = *states_[index];
    std::lock_guard const hold(s.guard);
    if (!s.tree) {
        if (t.what == task::kind::base)
            s.tree = bases_.listing(t.base.id);
        else
            s.tree = listing(t.parent).apply(changes(index));
    }
    return *s.tree;
}

CONSTAGE_INLINE files::tree execution::tree(std::size_t index) {
    auto base = index;
    while (base != nothing && what_.tasks[base].what != task::kind::base) base = what_.tasks[base].parent;
    if (base != nothing) bases_.unpack(what_.tasks[base].base.id);
    return listing(index);
}

/// An overlay directory of what a task changed. From then on the files are in the store, and later steps can link to them.
CONSTAGE_INLINE void execution::make_snapshot(std::size_t index, std::string const& place) {
    auto& s = *states_[index];
    auto const only_one = store_.lock("snapshot-" + s.record.result.substr(7), how_.stop);
    if (::access((place + "/fs").c_str(), F_OK) == 0) return;
    std::string list;
    store_.make(place, [&](std::string const& made) {
        auto const wanted = execution_detail::with_contents_of(changes(index), s.previous, store_);
        auto const all = with_parents(wanted, listing(what_.tasks[index].parent));
        list = files::save(execution_detail::only(files::materialize(all, made + "/fs", {store_.root() + "/snapshots", {}}), wanted), made);
        write_file(made + "/diff", list);
        if (::access(place.c_str(), F_OK) == 0) remove_all(place);  // was made without privilege
    });
    s.changes = files::load(list, place);
    s.tree.reset();
}

CONSTAGE_INLINE std::vector<std::string> execution::mountable(std::size_t index) {
    if (index == nothing) return {};
    auto const& t = what_.tasks[index];
    auto& s = *states_[index];
    std::lock_guard const hold(s.guard);
    if (s.mountable) return *s.mountable;
    if (t.what == task::kind::base)
        s.mountable = bases_.mountable(t.base.id);
    else {
        auto list = mountable(t.parent);
        if (s.record.result != digest_of(files::diff{})) {
            auto const place = store_.path("snapshots", s.record.result);
            if (t.what == task::kind::run) caches_.bring_change(s.record.result);
            if (::access((place + "/fs").c_str(), F_OK) != 0) make_snapshot(index, place);
            list.insert(list.begin(), place + "/fs");
        }
        s.mountable = std::move(list);
    }
    return *s.mountable;
}

}  // namespace constage::engine

#endif
