// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_SCAN_CONTEXT_IPP_INCLUDED
#define CONSTAGE_FILES_SCAN_CONTEXT_IPP_INCLUDED

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/detail/helper_threads.hpp>
#include <constage/detail/parallel.hpp>
#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/scan.hpp>
#include <constage/files/scan_entry.hpp>
#include <constage/system_failure.hpp>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <iterator>
#include <memory>
#include <mutex>
#include <set>

namespace constage::files::scan_context_detail {

/// A path that a copy may name, component by component; empty: everything from here on.
using wanted = std::vector<std::string>;

CONSTAGE_INLINE wanted components(std::string_view path) {
    wanted result;
    while (!path.empty()) {
        auto const part = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(part.size() + 1, path.size()));
        if (part == ".." && !result.empty()) result.pop_back();
        if (!part.empty() && part != "." && part != "..") result.emplace_back(part);
    }
    return result;
}

/// A file whose bytes must be read to know its digest.
struct unread {
    std::shared_ptr<node> file;
    struct stat status;
};

/// Reads one file to the end; it must stay as it was seen.
CONSTAGE_INLINE void read_digest(unread const& u, file_index* index) {
    auto const& path = u.file->content.path;
    scan_entry::descriptor const d(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (d.fd < 0)
        throw system_failure("read", path).with_hint("make it readable, or name it in .dockerignore if the image does not need it");
    thread_local hasher h;
    thread_local std::vector<char> buffer(1 << 17);
    std::uint64_t total = 0;
    for (;;) {
        auto const n = ::read(d.fd, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            h.finish();
            throw system_failure("read", path);
        }
        if (n == 0) break;
        h.update({buffer.data(), static_cast<std::size_t>(n)});
        total += static_cast<std::uint64_t>(n);
    }
    u.file->content.digest = h.finish_raw();
    u.file->xattrs = scan_entry::xattrs_of(d.fd);
    struct stat s {};
    if (::fstat(d.fd, &s) != 0 || total != u.file->size || s.st_ino != u.status.st_ino || s.st_mtim.tv_sec != u.status.st_mtim.tv_sec ||
        s.st_mtim.tv_nsec != u.status.st_mtim.tv_nsec)
        throw failure(path + " changed while it was read").with_hint("build again when nothing writes to the context");
    // What is in the index has no xattrs: a file that is known need not even be opened.
    if (index && u.file->xattrs.empty()) index->remember(u.status, u.file->content.digest);
}

class walk {
public:
    walk(std::string const& directory, context_options const& options)
        : root_(std::filesystem::absolute(directory).lexically_normal().string()), options_(options) {
        while (root_.size() > 1 && root_.ends_with('/')) root_.pop_back();
        if (options.ignore && options.ignore->empty()) options_.ignore = nullptr;
    }

    tree run(std::vector<std::string> const& paths) {
        std::set<wanted> all;
        for (auto const& p : paths) all.insert(components(p));
        std::shared_ptr<node> top;
        // Symlinks that are named lead to more paths (C010): again until nothing new comes; the whole context if that does not end.
        for (int round = 0;; ++round) {
            if (round == 40) all.insert(wanted());
            unread_.clear();
            top = root(all);
            remove_empty();
            auto const size = all.size();
            all.merge(found_links_);
            if (all.size() == size) break;
        }
        detail::for_each_index(unread_.size(), 16, [&](std::size_t i) { read_digest(unread_[i], options_.index); });
        return tree(std::move(top));
    }

private:
    /// What may be named below a directory. All begin with the same number of components, those of the directory.
    struct names_below {
        bool everything = false;
        bool named = false;  ///< a path names this very entry (and not only a directory above it)
        std::vector<wanted const*> paths;
        std::size_t depth = 0;

        bool nothing() const { return !everything && paths.empty(); }
        names_below in(std::string_view name) const;
        scan_entry::names candidates(scan_entry::descriptor const& d, std::string const& full) const;
    };

    /// A directory whose entries are to be read, by whichever thread comes first.
    struct job {
        std::shared_ptr<node> directory;
        std::shared_ptr<scan_entry::descriptor> parent;  // none: of the root
        std::string name, path;
        names_below named;
        ignore_rules::matches above;
    };
    /// Is left out if nothing in it is taken back.
    struct ignored_directory {
        node* parent;
        std::string name, path;
    };

    std::shared_ptr<node> root(std::set<wanted> const& all);
    void help();
    void work(std::unique_lock<std::mutex>& hold);
    void read(job const& j, std::unique_lock<std::mutex>& hold);
    void fill(job const& j);
    std::shared_ptr<node> entry(job const& in, std::shared_ptr<scan_entry::descriptor> const& at, std::string const& above,
                                std::string_view name, std::vector<job>& deeper);
    void file(std::shared_ptr<node> const& n, struct stat const& s, std::string full);
    void follow(std::string_view path, std::string const& target, names_below const& below);
    void remove_empty();

    std::string full(std::string const& path) const { return root_ == "/" ? "/" + path : root_ + "/" + path; }

    std::string root_;
    context_options options_;
    std::mutex guard_;  // of what follows
    std::vector<unread> unread_;
    std::set<wanted> found_links_;
    scan_entry::links links_;
    std::vector<ignored_directory> ignored_;

    // The threads. Deeper directories come first, so that few are open at a time.
    std::vector<job> todo_;
    std::size_t busy_ = 0;
    std::exception_ptr error_;
    std::condition_variable changed_;
    detail::helper_threads helpers_;
};

CONSTAGE_INLINE walk::names_below walk::names_below::in(std::string_view name) const {
    names_below below{everything, false, {}, depth + 1};
    for (auto const* path : paths) {
        auto const& part = (*path)[depth];
        bool const deep = part.find("**") != part.npos;
        if (!deep && part != name && !(has_wildcard(part) && match(part, name))) continue;
        below.named = true;
        if (deep || path->size() == depth + 1)
            below.everything = true;
        else
            below.paths.push_back(path);
    }
    return below;
}

/// Which entries to look at: if all names are literal, the directory itself need not be read.
CONSTAGE_INLINE scan_entry::names walk::names_below::candidates(scan_entry::descriptor const& d, std::string const& full) const {
    std::set<std::string_view> literal;
    if (everything) return {d, full};
    for (auto const* path : paths) {
        if (has_wildcard((*path)[depth])) return {d, full};
        literal.insert((*path)[depth]);
    }
    scan_entry::names result;
    for (auto const name : literal) result.add(name);
    result.sort();
    return result;
}

CONSTAGE_INLINE std::shared_ptr<node> walk::root(std::set<wanted> const& all) {
    auto const d = scan_entry::open_directory(AT_FDCWD, root_, root_);
    struct stat s {};
    if (::fstat(d.fd, &s) != 0) throw system_failure("read", root_);
    auto top = scan_entry::make_node(d.fd, ".", s, root_);
    names_below named;
    for (auto const& path : all) {
        if (path.empty())
            named.everything = true;
        else
            named.paths.push_back(&path);
    }
    todo_.push_back({top, nullptr, root_, "", named, {}});
    {
        std::unique_lock hold(guard_);
        work(hold);
    }
    helpers_.join();
    if (error_) std::rethrow_exception(error_);
    return top;
}

/// Begins at the other end: what came first has most below it, so that there is work for all to the end.
CONSTAGE_INLINE void walk::help() {
    std::unique_lock hold(guard_);
    if (!todo_.empty()) {
        auto const first = std::move(todo_.front());
        todo_.erase(todo_.begin());
        read(first, hold);
    }
    work(hold);
}

/// Reads directories until there is none left. More threads begin when there is something for them to do.
CONSTAGE_INLINE void walk::work(std::unique_lock<std::mutex>& hold) {
    constexpr std::size_t worth_a_thread = 32;
    for (;;) {
        changed_.wait(hold, [&] { return !todo_.empty() || busy_ == 0; });
        if (todo_.empty()) return;
        auto const last = std::move(todo_.back());
        todo_.pop_back();
        if (todo_.size() >= worth_a_thread) helpers_.add([this] { help(); });
        read(last, hold);
    }
}

/// Lets others have the lock meanwhile.
CONSTAGE_INLINE void walk::read(job const& j, std::unique_lock<std::mutex>& hold) {
    ++busy_;
    hold.unlock();
    try {
        fill(j);
        hold.lock();
    } catch (...) {
        hold.lock();
        if (!error_) error_ = std::current_exception();
        todo_.clear();
    }
    --busy_;
    if (todo_.empty()) changed_.notify_all();
}

CONSTAGE_INLINE void walk::fill(job const& j) {
    auto const d = std::make_shared<scan_entry::descriptor>(
        scan_entry::open_directory(j.parent ? j.parent->fd : AT_FDCWD, j.name, j.parent ? full(j.path) : root_));
    auto& directory = *j.directory;
    directory.xattrs = scan_entry::xattrs_of(d->fd);
    std::vector<job> deeper;
    auto const above = full(j.path.empty() ? "" : j.path + "/");
    auto const names = j.named.candidates(*d, full(j.path));
    for (std::size_t i = 0; i != names.size(); ++i)
        if (auto child = entry(j, d, above, names[i], deeper)) directory.entries.put(std::string(names[i]), std::move(child));
    if (deeper.empty()) return;
    std::lock_guard const hold(guard_);
    if (error_) return;
    std::move(deeper.rbegin(), deeper.rend(), std::back_inserter(todo_));
    changed_.notify_all();
}

/// `above`: the directory's path on this machine, with a slash at its end. A zero follows `name`.
CONSTAGE_INLINE std::shared_ptr<node> walk::entry(job const& in, std::shared_ptr<scan_entry::descriptor> const& at,
                                                  std::string const& above, std::string_view name, std::vector<job>& deeper) {
    auto below = in.named.in(name);
    if (below.nothing()) return nullptr;
    std::string whole;
    whole.reserve(above.size() + name.size());
    whole.append(above).append(name);
    auto const path = std::string_view(whole).substr(root_ == "/" ? 1 : root_.size() + 1);
    ignore_rules::matches own;
    bool const ignored = options_.ignore && options_.ignore->ignores(path, in.above, own);
    if (ignored && !options_.ignore->may_take_back_below(path)) return nullptr;
    auto const s = scan_entry::status(at->fd, name.data(), whole);
    if (!s || (ignored && !S_ISDIR(s->st_mode))) return nullptr;
    auto n = scan_entry::make_node(at->fd, name.data(), *s, whole);
    if (n->type == type::directory) {
        if (ignored) {
            std::lock_guard const hold(guard_);
            ignored_.push_back({in.directory.get(), std::string(name), std::string(path)});
        }
        deeper.push_back({n, at, std::string(name), std::string(path), std::move(below), std::move(own)});
        return n;
    }
    if (n->type == type::symlink && below.named)
        follow(path, n->target, below);
    else if (!below.everything)
        return nullptr;  // "x/y" is wanted, x is no directory
    if (n->type == type::file) file(n, *s, std::move(whole));
    if (s->st_nlink > 1) {
        std::lock_guard const hold(guard_);
        n->inode = links_.of(*s);
    }
    return n;
}

/// The deepest first, so that a directory of empty directories is empty.
CONSTAGE_INLINE void walk::remove_empty() {
    std::sort(ignored_.begin(), ignored_.end(), [](auto const& a, auto const& b) { return a.path.size() > b.path.size(); });
    for (auto const& i : ignored_)
        if (auto const* found = i.parent->entries.find(i.name); found && (*found)->entries.empty()) i.parent->entries.erase(i.name);
    ignored_.clear();
}

CONSTAGE_INLINE void walk::file(std::shared_ptr<node> const& n, struct stat const& s, std::string full) {
    n->content.path = std::move(full);
    if (!options_.digests) {
        n->xattrs = scan_entry::xattrs_of(n->content.path);
        return;
    }
    auto known = options_.index ? options_.index->find(s) : std::nullopt;
    if (known) {
        n->content.digest = *known;
        return;
    }
    std::lock_guard const hold(guard_);
    unread_.push_back({n, s});
}

/// What a copy reads when it follows the symlink at `path` is also wanted.
CONSTAGE_INLINE void walk::follow(std::string_view path, std::string const& target, names_below const& below) {
    auto const slash = path.rfind('/');
    auto const parent = target.starts_with('/') || slash == path.npos ? std::string() : std::string(path.substr(0, slash + 1));
    // "a/.." is not "" if a is a symlink itself: rare enough to take everything.
    auto const up = target.rfind("..");
    auto const first_name = target.find_first_not_of("./");
    auto to = up != target.npos && first_name != target.npos && first_name < up ? wanted() : components(parent + target);
    for (auto& part : to)  // a name, not a pattern
        for (auto at = part.find_first_of("*?[\\"); at != part.npos; at = part.find_first_of("*?[\\", at + 2)) part.insert(at, 1, '\\');
    std::lock_guard const hold(guard_);
    if (below.everything) {
        found_links_.insert(std::move(to));
        return;
    }
    for (auto const* rest : below.paths) {
        auto longer = to;
        longer.insert(longer.end(), rest->begin() + static_cast<std::ptrdiff_t>(below.depth), rest->end());
        found_links_.insert(std::move(longer));
    }
}

}  // namespace constage::files::scan_context_detail

namespace constage::files {

CONSTAGE_INLINE tree scan_context(std::string const& directory, context_options const& options) {
    return scan_context(directory, {""}, options);
}

CONSTAGE_INLINE tree scan_context(std::string const& directory, std::vector<std::string> const& paths, context_options const& options) {
    return scan_context_detail::walk(directory, options).run(paths);
}

}  // namespace constage::files

#endif
