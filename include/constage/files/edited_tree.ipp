// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_EDITED_TREE_IPP_INCLUDED
#define CONSTAGE_FILES_EDITED_TREE_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/edited_tree.hpp>

#include <algorithm>
#include <iterator>

namespace constage::files {

namespace edited_tree_detail {

inline constexpr int most_symlinks = 255;

/// Puts the components of `path` on top of `stack`, the first one last.
CONSTAGE_INLINE void push_components(std::vector<std::string>& stack, std::string_view path) {
    while (!path.empty()) {
        auto const slash = path.rfind('/');
        auto const part = slash == path.npos ? path : path.substr(slash + 1);
        path = slash == path.npos ? std::string_view() : path.substr(0, slash);
        if (!part.empty() && part != ".") stack.emplace_back(part);
    }
}

}  // namespace edited_tree_detail

CONSTAGE_INLINE std::shared_ptr<node> attributes_of(node const& n) {
    auto made = std::make_shared<node>();
    made->type = n.type;
    made->mode = n.mode;
    made->uid = n.uid;
    made->gid = n.gid;
    made->mtime_ns = n.mtime_ns;
    made->size = n.size;
    made->target = n.target;
    made->major = n.major;
    made->minor = n.minor;
    made->xattrs = n.xattrs;
    made->content = n.content;
    made->inode = n.inode;
    return made;
}

CONSTAGE_INLINE std::string join(std::string_view directory, std::string_view name) {
    if (directory.empty()) return std::string(name);
    std::string text(directory);
    return (text += '/') += name;
}

CONSTAGE_INLINE std::string_view parent_path(std::string_view path) {
    auto const slash = path.rfind('/');
    return slash == path.npos ? std::string_view() : path.substr(0, slash);
}

CONSTAGE_INLINE edited_tree::found edited_tree::find(std::string_view path) const {
    // Hostile archives have long paths: the deepest change on the way is looked for from below. Beneath it all is as before.
    node_ptr before = before_.root();
    std::string_view rest = path;
    for (auto end = path.size(); end != 0;) {
        if (auto const at = changed_.find(path.substr(0, end)); at != changed_.end()) {
            if (end == path.size()) return {at->second.node, at->second.before};
            before = at->second.before;
            rest = path.substr(end + 1);
            break;
        }
        end = parent_path(path.substr(0, end)).size();
    }
    while (before && !rest.empty()) {
        auto const end = std::min(rest.find('/'), rest.size());
        auto const* child = before->entries.find(rest.substr(0, end));
        before = child ? *child : nullptr;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {before, before && before->type == type::directory ? before : nullptr};
}

CONSTAGE_INLINE node_ptr edited_tree::at(std::string_view path) const { return find(path).node; }

CONSTAGE_INLINE std::string edited_tree::resolve(std::string_view path, std::string_view root) const {
    std::vector<std::string> todo;
    edited_tree_detail::push_components(todo, path);
    std::string here(root);
    for (int symlinks = 0; !todo.empty();) {
        auto const name = std::move(todo.back());
        todo.pop_back();
        if (name == "..") {
            if (here.size() > root.size()) here.resize(parent_path(here).size());
            continue;
        }
        auto next = join(here, name);
        auto const there = at(next);
        if (!there || there->type != type::symlink) {
            here = std::move(next);
            continue;
        }
        if (++symlinks > edited_tree_detail::most_symlinks) throw failure("/" + std::string(path) + ": too many symbolic links");
        if (there->target.starts_with('/')) here = root;
        edited_tree_detail::push_components(todo, there->target);
    }
    return here;
}

CONSTAGE_INLINE void edited_tree::put(std::string const& path, node_ptr n) {
    if (path.empty()) return;
    auto [old, before] = find(path);
    auto there = changed_.lower_bound(path);
    bool const again = there != changed_.end() && there->first == path;
    bool opaque = again && there->second.opaque;
    if (n->type != type::directory) {
        auto const below = again ? std::next(there) : there;
        auto end = below;
        while (end != changed_.end() && end->first.starts_with(path + "/")) ++end;
        auto const after = changed_.erase(below, end);
        if (!again) there = after;
        opaque = false;
        before = nullptr;
    } else if (old && old->type != type::directory) {
        // What was a directory before and was replaced since must not come back with its children.
        auto const first = before_.at(path);
        opaque = first && first->type == type::directory;
    }
    changed_.insert_or_assign(there, path, entry{std::move(n), opaque, std::move(before)});
}

CONSTAGE_INLINE void edited_tree::make_directories(std::string const& path, std::optional<owner> who, std::uint32_t mode) {
    auto there = at(path);
    if (there && there->type == type::directory) return;
    auto parent = at("");
    for (std::size_t end = 0; end < path.size(); parent = there) {
        end = std::min(path.find('/', end + 1), path.size());
        auto const here = path.substr(0, end);
        there = at(here);
        if (there && there->type == type::directory) continue;
        if (there) throw failure("mkdir /" + here + ": not a directory").with_hint("/" + here + " is there already, as something else");
        auto made = std::make_shared<node>();
        made->type = type::directory;
        made->mode = mode | (parent->mode & 02000);
        made->uid = who ? who->uid : 0;
        made->gid = who ? who->gid : (parent->mode & 02000) != 0 ? parent->gid : 0;
        there = made;
        put(here, std::move(made));
    }
}

CONSTAGE_INLINE diff edited_tree::changes() const {
    diff result;
    for (auto const& [path, e] : changed_) result.push_back({path, e.opaque ? change::kind::opaque : change::kind::put, e.node});
    return result;
}

}  // namespace constage::files

#endif
