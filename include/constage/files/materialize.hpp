// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_MATERIALIZE_HPP_INCLUDED
#define CONSTAGE_FILES_MATERIALIZE_HPP_INCLUDED

#include <constage/files/tree.hpp>

#include <string>

namespace constage::files {

/// Writes a diff into `directory` in the form of an overlay's upper directory: whiteouts as char 0:0, opaque as user.overlay.opaque,
/// owners, modes, times (ns), xattrs, hard links, devices. Needs root or a user namespace with mapped ids. Content is reflinked or copied
/// (copy_file_range), unless `from` says that there is a faster way. `directory` must not exist; it is written beside and renamed when
/// complete. Returns the changes with their contents there, digests filled in.
struct content_places {
    std::string immutable;  ///< a directory where nobody ever writes: its files are hard-linked if they are in everything as they shall be
    std::string ours;       ///< one that is not needed any more: its files are moved
};
diff materialize(diff changes, std::string const& directory, content_places const& from = {});

/// A whole tree as plain files below an existing directory (`-o type=local`): owned by the caller, devices left out, symlinks kept,
/// nothing is written through a symlink that was there before (B004).
void export_tree(tree const& what, std::string const& directory);

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/materialize.ipp>
#endif
#endif
