// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_TREE_DIFFERENCE_IPP_INCLUDED
#define CONSTAGE_FILES_TREE_DIFFERENCE_IPP_INCLUDED

#include <constage/files/tree.hpp>

#include <set>

namespace constage::files {

namespace tree_difference_detail {

CONSTAGE_INLINE bool same_content(content const& a, content const& b) {
    if (!a.digest.empty() && !b.digest.empty()) return a.digest == b.digest;
    return a.path == b.path && a.text == b.text;
}

/// Everything but the children.
CONSTAGE_INLINE bool same_node(node const& a, node const& b) {
    return a.type == b.type && a.mode == b.mode && a.uid == b.uid && a.gid == b.gid && a.mtime_ns == b.mtime_ns && a.size == b.size &&
           a.major == b.major && a.minor == b.minor && a.target == b.target && a.xattrs == b.xattrs &&
           (a.type != type::file || same_content(a.content, b.content));
}

CONSTAGE_INLINE node_ptr without_children(node_ptr const& n) {
    if (n->entries.empty()) return n;
    // Not a copy of the whole node: its children are what is expensive.
    auto made = std::make_shared<node>();
    made->type = n->type;
    made->mode = n->mode;
    made->uid = n->uid;
    made->gid = n->gid;
    made->mtime_ns = n->mtime_ns;
    made->xattrs = n->xattrs;
    made->inode = n->inode;
    return made;
}

CONSTAGE_INLINE std::string joined(std::string const& directory, std::string const& name) {
    return directory.empty() ? name : directory + "/" + name;
}

CONSTAGE_INLINE void add(std::string path, node_ptr const& n, diff& out) {
    out.push_back({path, change::kind::put, without_children(n)});
    for (auto const& [name, child] : n->entries) add(joined(path, name), child, out);
}

CONSTAGE_INLINE void compare(std::string const& path, node const& before, node const& after, diff& out) {
    auto a = before.entries.begin();
    for (auto const& [name, node] : after.entries) {
        for (; a != before.entries.end() && a->first < name; ++a) out.push_back({joined(path, a->first), change::kind::remove, nullptr});
        bool const both = a != before.entries.end() && a->first == name;
        auto const old = both ? (a++)->second : nullptr;
        if (old == node) continue;
        auto const here = joined(path, name);
        if (!old || old->type != type::directory || node->type != type::directory) {
            if (!old || node->type == type::directory || !same_node(*old, *node)) add(here, node, out);
            continue;
        }
        // A directory goes before what changes below it even if it is the same itself: layers are unpacked apart from each other, and a
        // parent that is made up on the way would hide owner and mode of the real one.
        auto const size = out.size();
        out.push_back({here, change::kind::put, without_children(node)});
        compare(here, *old, *node, out);
        if (out.size() == size + 1 && same_node(*old, *node)) out.pop_back();
    }
    for (; a != before.entries.end(); ++a) out.push_back({joined(path, a->first), change::kind::remove, nullptr});
}

}  // namespace tree_difference_detail

CONSTAGE_INLINE diff difference(tree const& before, tree const& after) {
    diff out;
    // The root's own metadata is never part of a layer, as in BuildKit.
    tree_difference_detail::compare("", *before.root(), *after.root(), out);
    return out;
}

CONSTAGE_INLINE std::uint64_t file_bytes(diff const& changes) {
    std::uint64_t sum = 0;
    std::set<std::uint64_t> counted;
    for (auto const& c : changes)
        if (c.node && c.node->type == type::file && (c.node->inode == 0 || counted.insert(c.node->inode).second)) sum += c.node->size;
    return sum;
}

}  // namespace constage::files

#endif
