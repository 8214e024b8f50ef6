// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_ARCHIVE_HPP_INCLUDED
#define CONSTAGE_FILES_ARCHIVE_HPP_INCLUDED

#include <constage/files/tree.hpp>

#include <cstdint>
#include <stop_token>
#include <string>

struct archive;  // libarchive's

namespace constage::files {

/// A libarchive reader of tar archives, compressed or not (decompressor.hpp).
/// The caller frees it with archive_read_free().
::archive* new_archive_reader();

/// Bounds for archives that come from outside; exceeding one is a constage::failure that names the option.
struct archive_limits {
    std::uint64_t entries = 4'000'000;    ///< --max-entries; each takes about 500 bytes of memory
    std::uint64_t bytes = 128ull << 30;   ///< --max-unpacked; holes of sparse files count as bytes
    std::uint64_t metadata = 1ull << 30;  ///< names, targets and xattrs, which are in memory
};

/// Is this file a tar archive, plain or in gzip, bzip2, xz or zstd? Decided by content (C028).
bool is_archive(std::string const& path);

/// A tar archive (any tar format and compression that libarchive knows) as a diff. The content of regular files is written to files below
/// `content_directory` (numbered, 0600, owned by the caller; made if missing) and content::path/digest say where. Paths are cleaned and can
/// never leave the root; hard links are kept; ".wh." names are whiteouts if `layer`, else ordinary files. Sparse files are expanded. Throws
/// constage::failure; "cancelled" if `stop` says so.
diff read_archive(std::string const& path, std::string const& content_directory, bool layer, archive_limits const& limits = {},
                  std::stop_token stop = {});

/// The same diff, but nothing is written: contents are where read_archive() would have put them.
diff list_archive(std::string const& path, std::string const& content_directory, bool layer, archive_limits const& limits = {},
                  std::stop_token stop = {});

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/archive.ipp>
#endif
#endif
