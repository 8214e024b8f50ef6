// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_ARCHIVE_HPP_INCLUDED
#define CONSTAGE_FILES_ARCHIVE_HPP_INCLUDED

#include <constage/files/tree.hpp>

#include <cstdint>
#include <string>

namespace constage::files {

/// Bounds for archives that come from outside; exceeding one is a constage::failure that names the option.
struct archive_limits {
    std::uint64_t entries = 10'000'000;
    std::uint64_t bytes = 1ull << 40;
};

/// Is this file a tar archive, plain or in gzip, bzip2, xz or zstd? Decided by content (C028).
bool is_archive(std::string const& path);

/// A tar archive (any tar format and compression that libarchive knows) as a diff. The content of regular files is written to files below
/// `content_directory` (numbered, 0600, owned by the caller; made if missing) and content::path/digest say where. Paths are cleaned and can
/// never leave the root; hard links are kept; ".wh." names are whiteouts if `layer`, else ordinary files. Sparse files are expanded.
diff read_archive(std::string const& path, std::string const& content_directory, bool layer, archive_limits const& limits = {});

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/archive.ipp>
#endif
#endif
