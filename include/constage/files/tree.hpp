// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_TREE_HPP_INCLUDED
#define CONSTAGE_FILES_TREE_HPP_INCLUDED

#include <constage/files/children.hpp>
#include <constage/files/file_digest.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Trees of files as values: a build context, an image layer, the root file system that a step sees. Nothing here touches the disk
/// except to read a file's content through `content::path`; symlinks are followed inside the tree, so nothing can lead out of it.
namespace constage::files {

enum class type : unsigned char { file, directory, symlink, character, block, fifo, socket };

/// Where the bytes of a regular file are. They are read only when a layer is written or a root is materialized.
struct content {
    std::string path;    ///< a file on this machine (of the context, of a snapshot); empty: `text` holds the bytes
    std::string text;    ///< small generated files (heredocs)
    file_digest digest;  ///< if known
};

struct node {
    files::type type = files::type::file;
    std::uint32_t mode = 0644;  ///< permission bits, 07777
    std::uint32_t uid = 0, gid = 0;
    std::int64_t mtime_ns = 0;  ///< since 1970
    std::uint64_t size = 0;     ///< of regular files
    std::string target;         ///< of symlinks
    std::uint32_t major = 0, minor = 0;
    std::map<std::string, std::string> xattrs;  ///< "security.capability" → raw bytes
    files::content content;
    /// Hard links: nodes with the same non-zero number in one tree are one inode. Numbers are unique within the process (`next_inode`).
    std::uint64_t inode = 0;
    children entries;  ///< of directories
};

std::uint64_t next_inode();

/// A change to a tree: what one step adds, replaces and deletes. Exactly what a layer holds.
/// `entries` are full paths without leading slash ("etc/passwd"), parents before children (byte order of the path's components).
struct change {
    enum class kind : unsigned char {
        put,     ///< add or replace; a directory over a directory keeps the children that are there
        remove,  ///< a whiteout
        opaque,  ///< a directory that hides everything below it: `node` replaces whatever was there, children and all
    };
    std::string path;
    kind what = kind::put;
    node_ptr node;  ///< its `entries` are empty: children are changes of their own; none for `remove`
};
using diff = std::vector<change>;

/// An immutable tree with cheap copies (subtrees are shared).
class tree {
public:
    tree();  ///< a root directory 0755 0:0 without entries
    explicit tree(node_ptr root) : root_(std::move(root)) {}

    node_ptr const& root() const { return root_; }

    struct found {
        std::string path;  ///< resolved, no leading slash, no symlink in it (but the last one if not followed); "" is the root
        node_ptr node;     ///< none: the last component does not exist (its parent does)
    };
    /// Resolves `path` (absolute or relative to the root; `.` and `..` are cleaned, never above the root) and follows symlinks inside the
    /// tree; the last component only if `follow_last`. None: a parent is missing or no directory, or there are more than 255 symlinks.
    std::optional<found> find(std::string_view path, bool follow_last = true) const;

    /// The node exactly at `path` (no symlink followed), or none.
    node_ptr at(std::string_view path) const;

    /// The tree after `changes`. Missing parents are made 0755 0:0.
    tree apply(diff const& changes) const;

private:
    node_ptr root_;
};

/// What must change to come from `before` to `after` (used to turn an edited tree into a layer). Directories are compared with
/// their metadata; equal shared subtrees are skipped. Directories above a change are part of it, so that a layer says itself who
/// owns them. The root's own metadata is not.
diff difference(tree const& before, tree const& after);

/// The content's digest; if it is not known, by reading the bytes. Throws constage::failure that names the file.
file_digest digest_of(content const& c);

/// sha256 over names, types, modes, owners, sizes, link targets, xattrs and content of everything below `root`, not of mtimes (C025).
/// The digest of a file without a known digest is computed by reading it.
std::string content_digest(node const& root);

/// Bytes of the regular files that a diff puts; hard links count once.
std::uint64_t file_bytes(diff const& changes);

/// A diff as bytes and back (the store keeps one for every layer and snapshot). Reading is bounded and throws constage::failure.
/// `base` replaces a common path prefix of content paths, so that a store can be moved.
std::string save(diff const& changes, std::string_view base);
diff load(std::string_view bytes, std::string_view base);

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/tree.ipp>
#include <constage/files/tree_bytes.ipp>
#include <constage/files/tree_difference.ipp>
#include <constage/files/tree_digest.ipp>
#endif
#endif
