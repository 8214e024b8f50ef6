// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_COPY_HPP_INCLUDED
#define CONSTAGE_FILES_COPY_HPP_INCLUDED

#include <constage/files/owner.hpp>
#include <constage/files/tree.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace constage::files {

/// A COPY or ADD whose words are expanded (rows C001 to C039). URLs and git sources have been fetched before: they are inline files
/// or trees here.
struct copy_request {
    tree from;                         ///< where `sources` are looked up (context, stage, image)
    bool from_context = false;         ///< ownership is then 0:0
    std::vector<std::string> sources;  ///< as expanded; may hold wildcards
    struct inline_file {
        std::string name;
        node_ptr node;
    };
    std::vector<inline_file> files;  ///< heredocs, downloads: after `sources`
    std::string destination;         ///< expanded; a trailing '/' matters
    std::string workdir = "/";       ///< relative destinations are joined to it
    std::string chown, chmod;        ///< as expanded
    std::vector<std::string> exclude;
    bool parents = false, link = false;
    /// ADD: archives among the sources are unpacked. Gets the node of a file that may be an archive, returns what it holds (paths
    /// relative to the destination), or none if it is not one.
    std::function<std::optional<diff>(node const&)> unpack;
    bool unpack_required = false;  ///< --unpack=true: `files` too (C029)
};

/// What the copy changes in `into`. Throws constage::failure: `"/x": not found`, "cannot replace to directory … with file", invalid chmod,
/// …
diff copy(tree const& into, copy_request const& what);

/// The part of `from` that a copy of these sources reads, for the cache key: a tree that holds only what the sources (with exclude)
/// select, at their paths; and the matched names in order (C025). Missing literal sources throw as `copy` does.
tree select(tree const& from, std::vector<std::string> const& sources, std::vector<std::string> const& exclude, bool parents);

/// WORKDIR (G008): the directory and its missing parents, 0755, owned by `owner`. Empty if it is there already.
diff make_directories(tree const& into, std::string const& path, owner const& who, std::uint32_t mode = 0755);

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/copy.ipp>
#endif
#endif
