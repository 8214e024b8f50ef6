// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_ARCHIVE_TREE_IPP_INCLUDED
#define CONSTAGE_FILES_ARCHIVE_TREE_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/archive_tree.hpp>

#include <algorithm>

namespace constage::files {

namespace archive_tree_detail {

inline constexpr std::size_t longest_path = 4095;
inline constexpr int most_symlinks = 255;

/// "/a/./b/../c/" is "a/c"; nothing is above the root.
CONSTAGE_INLINE std::string cleaned(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        auto const part = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(part.size() + 1, path.size()));
        if (part == "..") {
            auto const slash = out.rfind('/');
            out.resize(slash == out.npos ? 0 : slash);
        } else if (!part.empty() && part != ".") {
            (out.empty() ? out : out += '/') += part;
        }
    }
    return out;
}

CONSTAGE_INLINE std::string_view parent_of(std::string_view path) {
    auto const slash = path.rfind('/');
    return slash == path.npos ? std::string_view() : path.substr(0, slash);
}
CONSTAGE_INLINE std::string_view base_of(std::string_view path) {
    auto const slash = path.rfind('/');
    return slash == path.npos ? path : path.substr(slash + 1);
}
CONSTAGE_INLINE std::string joined(std::string_view directory, std::string_view name) {
    return directory.empty() ? std::string(name) : std::string(directory) + "/" + std::string(name);
}

}  // namespace archive_tree_detail

CONSTAGE_INLINE void archive_tree::refuse(std::string const& why) const {
    throw failure("the archive " + archive_ + " is refused: " + why);
}

/// Follows the symlinks in all of `path`.
CONSTAGE_INLINE std::string archive_tree::resolve(std::string const& path, int& symlinks) const {
    std::string here;
    std::string_view rest = path;
    while (!rest.empty()) {
        auto const part = rest.substr(0, rest.find('/'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        auto next = archive_tree_detail::joined(here, part);
        auto const found = items_.find(next);
        if (found == items_.end() || found->second.what->type == type::directory) {
            here = std::move(next);
        } else if (found->second.what->type == type::symlink) {
            if (++symlinks > archive_tree_detail::most_symlinks) refuse("\"" + path + "\" goes in circles");
            auto const& target = found->second.what->target;
            here = resolve(archive_tree_detail::cleaned(target.starts_with('/') ? target : here + "/" + target), symlinks);
            if (here.size() > archive_tree_detail::longest_path) refuse("a symlink leads to a name that is too long");
        } else {
            refuse("\"" + path + "\" is below \"" + next + "\", which is no directory");
        }
    }
    return here;
}

/// Where an entry of this name goes: its parents' symlinks followed, its own not.
CONSTAGE_INLINE std::string archive_tree::place(std::string const& name) {
    using namespace archive_tree_detail;
    auto const path = cleaned(name);
    if (path.size() > longest_path) refuse("a name is longer than 4095 bytes");
    auto const parent = parent_of(path);
    if (parent.empty()) return path;
    if (parent != last_parent_) {
        int symlinks = 0;
        last_resolved_ = resolve(std::string(parent), symlinks);
        last_parent_ = parent;
    }
    return joined(last_resolved_, base_of(path));
}

CONSTAGE_INLINE bool archive_tree::erase_below(std::string const& path) {
    auto const first = items_.upper_bound(path);
    auto last = first;
    while (last != items_.end() && last->first.size() > path.size() && last->first[path.size()] == '/' && last->first.starts_with(path))
        ++last;
    bool const any = first != last;
    items_.erase(first, last);
    return any;
}

CONSTAGE_INLINE bool archive_tree::has_directories_above(std::string_view path) const {
    for (auto at = archive_tree_detail::parent_of(path); !at.empty(); at = archive_tree_detail::parent_of(at)) {
        auto const found = items_.find(at);
        if (found != items_.end() && (!found->second.what || found->second.what->type != type::directory)) return false;
    }
    return true;
}

CONSTAGE_INLINE bool archive_tree::is_mark(std::string_view name) const {
    while (name.ends_with('/')) name.remove_suffix(1);
    return layer_ && archive_tree_detail::base_of(name).starts_with(".wh.");
}

CONSTAGE_INLINE void archive_tree::mark(std::string const& path, std::string_view base) {
    auto const parent = archive_tree_detail::parent_of(path);
    if (base == ".wh..wh..opq") {
        opaque_.emplace(parent);
        return;
    }
    if (base.starts_with(".wh..wh.")) return;  // marks of aufs (".wh..wh.plnk", ".wh..wh.aufs"): they say nothing about files
    auto const name = base.substr(4);
    if (name.empty() || name == "." || name == "..") refuse("the whiteout \"" + path + "\" names no file");
    whiteouts_.insert(archive_tree_detail::joined(parent, name));
}

CONSTAGE_INLINE void archive_tree::put(std::string const& name, std::shared_ptr<node> n) {
    if (name.empty()) return;  // some tools begin an archive so; a root directory is called "./"
    auto path = place(name);
    if (layer_) {
        if (auto const base = archive_tree_detail::base_of(path); base.starts_with(".wh.")) {
            mark(path, base);
            return;
        }
        for (std::string_view at = archive_tree_detail::parent_of(path); !at.empty(); at = archive_tree_detail::parent_of(at))
            if (archive_tree_detail::base_of(at).starts_with(".wh.")) refuse("\"" + path + "\" is below a whiteout");
    }
    if (n->type == type::character && n->major == 0 && n->minor == 0)
        refuse("\"" + path + "\" is the device 0:0, which means a deleted file to an overlay");
    if (path.empty()) {
        if (n->type != type::directory) refuse("an entry that is no directory replaces the root");
        items_[path] = {std::move(n)};
        return;
    }
    auto& there = items_[path];
    bool const other = there.what && there.what->type != n->type;
    auto const now = n->type;
    there.what = std::move(n);
    bool const erased = now != type::directory && erase_below(path);
    // The way through this name may be another one now.
    if (other || erased || now == type::symlink || (now != type::directory && last_resolved_.starts_with(path))) last_parent_.clear();
}

CONSTAGE_INLINE std::shared_ptr<node> archive_tree::link(std::string const& name, std::string const& target) {
    auto const from = place(name), to = place(target);
    if (is_mark(from)) refuse("the whiteout \"" + from + "\" is a hard link");
    auto const found = items_.find(to);
    if (found == items_.end()) refuse("\"" + from + "\" is a hard link to \"" + to + "\", which is not before it in the archive");
    auto n = found->second.what;
    if (n->type == type::directory) refuse("\"" + from + "\" is a hard link to the directory \"" + to + "\"");
    if (from == to) return n;
    if (!n->inode) n->inode = next_inode();
    put(from, n);
    return n;
}

CONSTAGE_INLINE diff archive_tree::take() {
    auto const make_directory = [](std::shared_ptr<node>& n) {
        if (n) return;
        n = std::make_shared<node>();
        n->type = type::directory;
        n->mode = 0755;
    };
    for (auto const& path : opaque_) {
        if (!has_directories_above(path)) continue;
        auto& there = items_[path];
        make_directory(there.what);
        if (there.what->type == type::directory) there.opaque = true;
    }
    diff changes;
    for (auto const& path : whiteouts_) {
        if (!has_directories_above(path)) continue;
        // A whiteout is about the layers below: with an entry of the same name in this layer, that replaces what was there, children and
        // all.
        auto const found = items_.lower_bound(path);
        if (found != items_.end() && found->first == path) {
            if (found->second.what->type == type::directory) found->second.opaque = true;
        } else if (found == items_.end() || !found->first.starts_with(path + "/")) {
            items_[path] = {};
        } else {
            auto& made = items_[path];
            make_directory(made.what);
            made.opaque = true;
        }
    }
    for (auto& [path, i] : items_) {
        auto const what = !i.what ? change::kind::remove : i.opaque ? change::kind::opaque : change::kind::put;
        changes.push_back({path, what, std::move(i.what)});
    }
    items_.clear();
    return changes;
}

}  // namespace constage::files

#endif
