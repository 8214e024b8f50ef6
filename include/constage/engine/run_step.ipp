// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_RUN_STEP_IPP_INCLUDED
#define CONSTAGE_ENGINE_RUN_STEP_IPP_INCLUDED

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <constage/engine/directories.hpp>
#include <constage/engine/execution.hpp>
#include <constage/engine/failed_run.hpp>
#include <constage/engine/fetch.hpp>
#include <constage/engine/run_step.hpp>
#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/materialize.hpp>
#include <constage/files/scan.hpp>
#include <constage/system_failure.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

namespace constage::engine {

namespace run_step_detail {

CONSTAGE_INLINE std::string lock_name(char const* what, std::string const& place) { return what + place.substr(place.rfind('/') + 1); }

/// Keeps the end of what a command printed, for the error message.
class log_tail {
public:
    void add(std::string_view bytes) {
        text_.append(bytes);
        if (text_.size() > 64 * 1024) text_.erase(0, text_.size() - 32 * 1024);
    }
    std::string last_lines(int count) const {
        auto end = text_.size();
        while (end > 0 && text_[end - 1] == '\n') --end;
        auto begin = end;
        while (begin > 0 && (text_[begin - 1] != '\n' || --count > 0)) --begin;
        return text_.substr(begin, end - begin);
    }

private:
    std::string text_;
};

/// The clock that the kernel stamps files with (it may lag behind the fine one by a tick).
CONSTAGE_INLINE std::int64_t file_clock() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

/// Digests filled in, and times that came from the clock set to 0: the same inputs give the same bytes.
CONSTAGE_INLINE files::diff settle(files::diff changes, std::int64_t began) {
    for (auto& c : changes) {
        if (!c.node) continue;
        auto n = std::make_shared<files::node>(*c.node);
        if (n->mtime_ns >= began) n->mtime_ns = 0;
        if (n->type == files::type::file) n->content.digest = files::digest_of(n->content);
        c.node = std::move(n);
    }
    return changes;
}

CONSTAGE_INLINE void make_directory(std::string const& path) {
    if (::mkdir(path.c_str(), 0755) != 0) throw system_failure("make the directory", path);
}

CONSTAGE_INLINE void put_directory(std::string const& path, files::node const& n) {
    timespec const times[] = {{0, UTIME_OMIT}, {n.mtime_ns / 1'000'000'000, n.mtime_ns % 1'000'000'000}};
    make_directory(path);
    if (::chown(path.c_str(), n.uid, n.gid) != 0 || ::chmod(path.c_str(), n.mode) != 0 ||
        ::utimensat(AT_FDCWD, path.c_str(), times, 0) != 0)
        throw system_failure("set owner, mode and time of", path);
}

}  // namespace run_step_detail

CONSTAGE_INLINE void run_result::publish(store& where, std::string const& change_digest) const {
    auto const snapshot = made.path() + "/snapshot";
    write_file(snapshot + "/diff", files::save(changes, snapshot));
    auto const place = where.path("snapshots", change_digest);
    auto const only_one = where.lock("snapshot-" + change_digest.substr(7));
    where.publish(snapshot, place);
}

CONSTAGE_INLINE run_result run_step::run(std::function<files::tree()> const& context,
                                         std::function<void(int, std::string_view)> const& output) {
    using namespace run_step_detail;
    auto made = where.make_temporary();
    auto const snapshot = made.path() + "/snapshot";
    make_directory(snapshot);
    make_directory(snapshot + "/fs");
    make_directory(made.path() + "/work");
    auto const& r = t.run;
    request.lower = all.mountable(t.parent);
    auto const way = with_parents(made_on_the_way(r.cwd_as_written, all.tree(t.parent)), all.tree(t.parent));
    for (auto const& c : way) put_directory(snapshot + "/fs/" + c.path, *c.node);
    request.upper = snapshot + "/fs";
    request.work = made.path() + "/work";
    request.argv = r.argv;
    for (auto const* list : {&r.env, &r.proxies})
        for (auto const& [name, value] : *list) request.env.push_back(name + "=" + value);
    request.cwd = r.cwd;
    request.user = files::account_of(r.user, all.tree(t.parent));
    request.network = r.network;
    request.insecure = r.insecure;
    request.hostname = r.hostname;
    request.extra_hosts = how.add_hosts;
    request.ulimits = how.ulimits;
    if (how.shm_size != 0) request.shm_size = how.shm_size;
    for (auto const& [path, text] : r.scripts) {
        request.files.emplace_back(path, text);
        request.file_modes.push_back(0755);
        request.file_owners.push_back({});
    }
    lock_caches();
    for (auto const& m : r.mounts) add_mount(m, context);
    std::stable_sort(request.mounts.begin(), request.mounts.end(), [](auto const& a, auto const& b) {
        return std::count(a.target.begin(), a.target.end(), '/') < std::count(b.target.begin(), b.target.end(), '/');
    });
    log_tail tail;
    auto const show = [&](int fd, std::string const& text) {
        if (text.empty()) return;
        tail.add(text);
        if (output) output(fd, text);
    };
    request.output = [&](int fd, std::string_view bytes) { show(fd, mask.pass(fd, bytes)); };
    auto const began = file_clock();
    sandbox_host const host{how.oci_runtime, all.networks()};
    auto const ended = run_in_sandbox(request, host, how.stop);
    for (auto const fd : {1, 2}) show(fd, mask.rest(fd));
    request.output = nullptr;
    if (ended.cancelled) throw failure("cancelled");
    if (ended.exit_code != 0) {
        auto f = failure("process \"" + r.message + "\" did not complete successfully: exit code: " + std::to_string(ended.exit_code));
        f.exit_code = ended.exit_code;
        f.log = tail.last_lines(20);
        if (how.on_failed_run)
            all.keep({t.text, std::move(request), host, std::move(made), std::move(temporaries), std::move(agents), std::move(relays),
                      std::move(locks)});
        throw f;
    }
    return {settle(files::scan_upper(snapshot + "/fs"), began), std::move(made)};
}

CONSTAGE_INLINE void run_step::add_mount(lowered_mount const& m, std::function<files::tree()> const& context) {
    using kind = lowered_mount::kind;
    if (m.what == kind::bind)
        add_bind(m, context);
    else if (m.what == kind::cache)
        add_cache(m);
    else if (m.what == kind::secret)
        add_secret(m);
    else if (m.what == kind::ssh) {
        add_ssh(m, static_cast<std::size_t>(std::count_if(request.mounts.begin(), request.mounts.end(), [](auto const& other) {
                    return other.target.starts_with("/run/buildkit/ssh_agent.");
                })));
    } else {
        sandbox_mount mount;
        mount.what = sandbox_mount::kind::tmpfs;
        mount.target = m.target;
        mount.size = m.size;
        request.mounts.push_back(std::move(mount));
    }
}

/// R008: of the context a copy of the selected part (owners 0:0, ignored files left out), of a stage an overlay of its directories.
CONSTAGE_INLINE void run_step::add_bind(lowered_mount const& m, std::function<files::tree()> const& context) {
    sandbox_mount mount;
    mount.target = m.target;
    mount.readonly = m.readonly;
    mount.discard_writes = !m.readonly;
    if (!m.from_context) {
        mount.what = sandbox_mount::kind::overlay;
        mount.lower = all.mountable(m.from);
        mount.sub_path = m.source;
        if (!all.tree(m.from).find(m.source))
            throw failure("\"" + m.source + "\": not found in the source of the mount at " + m.target)
                .with_hint("source= is a path in what from= names; check that it is made there");
    } else {
        auto const tree = context();
        auto const found = tree.find(m.source);
        if (!found || !found->node)
            throw failure("\"" + m.source + "\": not found in the build context")
                .with_hint("check the path, and that .dockerignore does not leave it out");
        files::diff changes;
        if (found->node->type == files::type::directory)
            changes = files::difference(files::tree{}, files::tree(found->node));
        else
            changes.push_back({"file", files::change::kind::put, found->node});
        auto const digest = digest_of(changes);
        auto const place = where.path("contexts", digest);
        if (::access((place + "/fs").c_str(), F_OK) != 0)
            where.make(place, [&](std::string const& made) { files::materialize(changes, made + "/fs"); });
        mount.source = place + (found->node->type == files::type::directory ? "/fs" : "/fs/file");
    }
    request.mounts.push_back(std::move(mount));
}

/// R009: a directory of the store by id, first content and owner. With `source` the owner does not count; it is a part of the first
/// content, of an existing cache if there is none (R010).
CONSTAGE_INLINE run_step::cache run_step::cache_of(lowered_mount const& m) const {
    cache c;
    c.from = m.from_context || m.from == nothing ? std::string() : all.result(m.from);
    auto const owned = !m.has_source && (m.mode || m.uid || m.gid);
    c.top.mode = owned ? m.mode.value_or(0755) : 0755;
    c.top.uid = owned ? m.uid.value_or(0) : 0;
    c.top.gid = owned ? m.gid.value_or(0) : 0;
    c.place = where.path("mounts",
                         files::digest_of("cache\n" + m.id + "\n" + c.from + "\n" + (c.from.empty() ? "" : m.source) + "\n" +
                                          std::to_string(c.top.mode) + " " + std::to_string(c.top.uid) + " " + std::to_string(c.top.gid)));
    // Recorded: without the cache a mount with an owner or mode of its own is new, and gone afterwards.
    c.fresh = t.no_cache && owned;
    return c;
}

/// Those for which this RUN must wait, each once and in the order of their names: else two could wait for each other for ever.
CONSTAGE_INLINE void run_step::lock_caches() {
    std::map<std::string, bool> shared;  // by all mounts of the place
    for (auto const& m : t.run.mounts) {
        if (m.what != lowered_mount::kind::cache || m.sharing == lowered_mount::sharing::private_) continue;
        auto const c = cache_of(m);
        if (!c.fresh) shared.emplace(c.place, true).first->second &= m.sharing == lowered_mount::sharing::shared;
    }
    for (auto const& [place, by_all] : shared) locks.push_back(where.lock(run_step_detail::lock_name("mount-", place), by_all));
}

CONSTAGE_INLINE void run_step::add_cache(lowered_mount const& m) {
    auto [from, top, place, fresh] = cache_of(m);
    if (fresh) {
        temporaries.push_back(where.make_temporary());
        place = temporaries.back().path() + "/cache";
    }
    auto const first = place;
    for (int copy = 1; !fresh && m.sharing == lowered_mount::sharing::private_; ++copy) {
        if (auto held = where.lock(run_step_detail::lock_name("mount-", place), false, false)) {
            locks.push_back(std::move(held));
            break;
        }
        place = first + "-" + std::to_string(copy);  // in use
    }
    auto const making = where.lock(run_step_detail::lock_name("making-", place));
    if (::access(place.c_str(), F_OK) != 0) {
        auto temporary = where.make_temporary();
        auto const made = temporary.path() + "/cache";
        files::diff content;
        if (!from.empty()) {
            auto const found = all.tree(m.from).find(m.source);
            if (!found || !found->node)
                throw failure("\"" + m.source + "\": not found in the source of the cache mount at " + m.target)
                    .with_hint("source= is a path in what from= names; check that it is made there");
            content = files::difference(files::tree{}, files::tree(found->node));
            if (m.has_source) top = *found->node;
        }
        files::materialize(content, made);
        if (::chown(made.c_str(), top.uid, top.gid) != 0 || ::chmod(made.c_str(), top.mode) != 0)
            throw system_failure("set owner and mode of the cache mount at " + m.target + ":", made);
        where.publish(made, place);
    }
    sandbox_mount mount;
    mount.target = m.target;
    mount.source = place;
    if (m.has_source && from.empty()) mount.sub_path = m.source;
    mount.readonly = m.readonly;
    request.mounts.push_back(std::move(mount));
}

CONSTAGE_INLINE void run_step::add_secret(lowered_mount const& m) {
    auto const value = secret_value(how, m.id);
    if (!value) {
        if (m.required) throw failure("secret " + m.id + ": not found").with_hint("pass --secret id=" + m.id + ",src=FILE");
        return;
    }
    if (value->size() > most_secret_bytes)
        throw failure("secret " + m.id + " is larger than 500 KiB").with_hint("larger files go into a RUN by --mount=type=bind");
    mask.add(*value);
    if (!m.env.empty()) request.env.push_back(m.env + "=" + *value);
    if (m.target.empty()) return;
    request.files.emplace_back(m.target, *value);
    request.file_modes.push_back(m.mode.value_or(0400));
    request.file_owners.push_back({m.uid.value_or(0), m.gid.value_or(0)});
}

CONSTAGE_INLINE void run_step::add_ssh(lowered_mount const& m, std::size_t number) {
    std::vector<std::string> given;  // a socket, or keys
    for (auto const& s : how.ssh) {
        auto const equals = s.find('=');
        if (s.substr(0, equals) != m.id) continue;
        given.clear();
        if (auto const* agent = std::getenv("SSH_AUTH_SOCK"); equals == std::string::npos && agent) given.emplace_back(agent);
        for (auto begin = equals; begin != std::string::npos;) {
            auto const end = s.find(',', begin + 1);
            given.push_back(s.substr(begin + 1, end == std::string::npos ? end : end - begin - 1));
            begin = end;
        }
    }
    if (given.empty()) {
        if (m.required) throw failure("ssh agent " + m.id + ": no socket").with_hint("start an agent and pass --ssh " + m.id);
        return;
    }
    auto socket = given.front();
    struct stat st {};
    if (::stat(socket.c_str(), &st) != 0)
        throw failure("ssh agent " + m.id + ": there is no " + socket).with_hint("start an agent and pass --ssh " + m.id);
    if (!S_ISSOCK(st.st_mode)) {
        for (auto& key : given) key = std::filesystem::absolute(key);
        temporaries.push_back(where.make_temporary());
        agents.push_back(std::make_unique<key_agent>(given, temporaries.back().path()));
        socket = agents.back()->socket();
    }
    sandbox_mount mount;
    mount.target = m.target.empty() ? "/run/buildkit/ssh_agent." + std::to_string(number) : m.target;
    temporaries.push_back(where.make_temporary());
    relays.push_back(
        std::make_unique<relay>(socket, temporaries.back().path(), m.mode.value_or(0600), m.uid.value_or(0), m.gid.value_or(0)));
    mount.source = relays.back()->path();
    if (std::none_of(request.env.begin(), request.env.end(), [](auto const& e) { return e.starts_with("SSH_AUTH_SOCK="); }))
        request.env.push_back("SSH_AUTH_SOCK=" + mount.target);
    request.mounts.push_back(std::move(mount));
}

}  // namespace constage::engine

#endif
