// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_EDITED_TREE_IPP_INCLUDED
#define CONSTAGE_FILES_EDITED_TREE_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/edited_tree.hpp>

#include <algorithm>

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

CONSTAGE_INLINE bool by_components::operator()(std::string_view a, std::string_view b) const {
    auto const rank = [](char c) { return c == '/' ? 0u : static_cast<unsigned char>(c); };
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return rank(x) < rank(y); });
}

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

CONSTAGE_INLINE node_ptr edited_tree::at(std::string_view path) const {
    node_ptr here = before_.root(), old = here;
    for (std::size_t begin = 0; begin < path.size();) {
        if (!here || here->type != type::directory) return nullptr;
        auto const end = std::min(path.find('/', begin), path.size());
        if (old) {
            auto const child = old->entries.find(path.substr(begin, end - begin));
            old = child == old->entries.end() ? nullptr : child->second;
        }
        here = old;
        if (auto const changed = changed_.find(path.substr(0, end)); changed != changed_.end()) {
            here = changed->second.node;
            if (changed->second.opaque || here->type != type::directory) old = nullptr;
        }
        if (old && old->type != type::directory) old = nullptr;
        begin = end + 1;
    }
    return here;
}

CONSTAGE_INLINE std::string edited_tree::resolve(std::string_view path, std::string_view root) const {
    std::vector<std::string> todo, at_names;
    edited_tree_detail::push_components(todo, path);
    auto const text = [&] {
        std::string result(root);
        for (auto const& name : at_names) result = join(result, name);
        return result;
    };
    for (int symlinks = 0; !todo.empty();) {
        auto const name = std::move(todo.back());
        todo.pop_back();
        if (name == "..") {
            if (!at_names.empty()) at_names.pop_back();
            continue;
        }
        at_names.push_back(name);
        auto const here = at(text());
        if (!here || here->type != type::symlink) continue;
        if (++symlinks > edited_tree_detail::most_symlinks) throw failure("/" + std::string(path) + ": too many symbolic links");
        at_names.pop_back();
        if (here->target.starts_with('/')) at_names.clear();
        edited_tree_detail::push_components(todo, here->target);
    }
    return text();
}

CONSTAGE_INLINE void edited_tree::put(std::string const& path, node_ptr n) {
    if (path.empty()) return;
    auto const old = at(path);
    auto const there = changed_.find(path);
    bool opaque = there != changed_.end() && there->second.opaque;
    if (n->type != type::directory) {
        for (auto below = changed_.upper_bound(path); below != changed_.end() && below->first.starts_with(path + "/");)
            below = changed_.erase(below);
        opaque = false;
    } else if (old && old->type != type::directory) {
        // What was a directory before and was replaced since must not come back with its children.
        auto const before = before_.at(path);
        opaque = before && before->type == type::directory;
    }
    changed_[path] = {std::move(n), opaque};
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
