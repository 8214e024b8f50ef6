// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_SCAN_HPP_INCLUDED
#define CONSTAGE_FILES_SCAN_HPP_INCLUDED

#include <constage/files/ignore.hpp>
#include <constage/files/index.hpp>
#include <constage/files/tree.hpp>

#include <string>

namespace constage::files {

struct context_options {
    ignore_rules const* ignore = nullptr;  ///< paths that are not part of the context (X003)
    file_index* index = nullptr;           ///< remembered digests; may be null
    bool digests = true;                   ///< fill content::digest of regular files
};

/// A directory on this machine as a build context: everything belongs to 0:0 (C011, X013), modes and mtimes are kept, sockets stay
/// sockets, symlinks are not followed, other file systems are. Throws constage::failure for what cannot be read.
tree scan_context(std::string const& directory, context_options const& options);

/// Only the parts of the context that `paths` (cleaned, may hold wildcards) can name are scanned (C026).
tree scan_context(std::string const& directory, std::vector<std::string> const& paths, context_options const& options);

/// What an overlay's upper directory says (char 0:0 = whiteout, user.overlay.opaque or trusted.overlay.opaque = "y": opaque).
/// Owners as stat() reports them. Content paths point into `directory`. Hard links are kept. xattrs but those of overlay are kept.
diff scan_upper(std::string const& directory);

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/scan.ipp>
#include <constage/files/scan_context.ipp>
#endif
#endif
