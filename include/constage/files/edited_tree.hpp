// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_EDITED_TREE_HPP_INCLUDED
#define CONSTAGE_FILES_EDITED_TREE_HPP_INCLUDED

#include <constage/files/owner.hpp>
#include <constage/files/path_order.hpp>
#include <constage/files/tree.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace constage::files {

/// A tree and what one instruction has changed in it so far. What was written is remembered even if it is what was there: it belongs
/// to the layer. Paths have no leading slash; "" is the root, whose own attributes never change.
class edited_tree {
public:
    explicit edited_tree(tree before) : before_(std::move(before)) {}

    /// The node exactly at `path`, or none. `entries` of directories may be those from before: ask for children by their paths.
    node_ptr at(std::string_view path) const;

    /// Where `path` leads: symlinks are followed, the last component too, and never above `root` (a resolved path), where absolute
    /// ones start. What does not exist is taken as written. Throws constage::failure if links go round.
    std::string resolve(std::string_view path, std::string_view root = {}) const;

    /// Adds or replaces. A directory over a directory keeps the children; anything else replaces whatever was there.
    void put(std::string const& path, node_ptr n);

    /// Makes `path` (resolved) and its missing parents. As on a file system, a directory in one with the setgid bit has that bit, too,
    /// and its group if nobody in particular is to own it. Throws constage::failure if something is there that is no directory.
    void make_directories(std::string const& path, std::optional<owner> who, std::uint32_t mode);

    diff changes() const;

private:
    struct entry {
        files::node_ptr node;
        bool opaque = false;  ///< nothing from before shows through
        node_ptr before;      ///< the directory whose entries from before show through, or none
    };
    struct found {
        node_ptr node, before;  ///< as in `entry`
    };
    found find(std::string_view path) const;

    tree before_;
    std::map<std::string, entry, by_components> changed_;
};

/// A copy of everything but the children.
std::shared_ptr<node> attributes_of(node const& n);
/// "a" and "b" to "a/b"; "" and "b" to "b".
std::string join(std::string_view directory, std::string_view name);
/// "a/b" to "a"; "b" to "".
std::string_view parent_path(std::string_view path);

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/edited_tree.ipp>
#endif
#endif
