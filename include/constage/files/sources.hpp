// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_SOURCES_HPP_INCLUDED
#define CONSTAGE_FILES_SOURCES_HPP_INCLUDED

#include <constage/files/ignore.hpp>
#include <constage/files/tree.hpp>

#include <string>
#include <unordered_set>
#include <vector>

namespace constage::files {

/// Something that a source of COPY names.
struct picked {
    std::string path;  ///< as it was named, cleaned, without leading slash: its last component names a file at the destination
    node_ptr node;     ///< a last symlink followed (C010); of a directory only what is to be copied
    /// Directories below `node` that are there only because something in them is (--parents, --exclude with `!`).
    std::unordered_set<files::node const*> on_the_way;
};

/// What `source` names in `from`, in the order of the copy (C002, C010, C017, C021, C022). A literal that is not there is a
/// constage::failure `"/x": not found`; a wildcard without a match is nothing.
std::vector<picked> pick(tree const& from, std::string const& source, ignore_rules const& exclude, bool parents);

/// `path` with "." and ".." resolved by text, clamped at the root, without leading or trailing slash.
std::string cleaned_path(std::string_view path);

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/sources.ipp>
#endif
#endif
