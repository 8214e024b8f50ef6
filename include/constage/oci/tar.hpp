// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_TAR_HPP_INCLUDED
#define CONSTAGE_OCI_TAR_HPP_INCLUDED

#include <constage/files/index.hpp>
#include <constage/files/tree.hpp>
#include <constage/oci/piece.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Canonical tar. The encoder is our own and small: the bytes of a layer are its identity, so they must not change with the version of a
/// library, and libarchive's pax writer writes extended headers for every sub-second time, which layers do not keep.
namespace constage::oci {

/// The header blocks of one entry: ustar, with a pax header before it only if something does not fit (long names, sizes above
/// 8 GiB, big ids, times before 1970, xattrs). `name` as in the archive, directories with a '/' at the end. `hard_link` is the name of the
/// first entry of the same inode; no content follows then. Owners are numbers; times are whole seconds (as layers of BuildKit have them),
/// rounded down, never later than `clamp_mtime_seconds`.
std::string tar_header(std::string_view name, files::node const& entry, std::optional<std::int64_t> clamp_mtime_seconds = {},
                       std::string_view hard_link = {});

/// One block for a file, or a directory (a '/' at its end), of root's and from 1970, with a name of at most 100 bytes. Sizes from 8 GiB on
/// are in base 256: so the size may become known after room was left for the header.
std::string tar_header_block(std::string_view name, std::uint64_t size);

/// How many zero bytes follow `size` bytes of content.
constexpr std::uint64_t tar_padding(std::uint64_t size) { return (512 - size % 512) % 512; }

/// What goes out is handed over in pieces of this size; only the last one is shorter.
inline constexpr std::size_t tar_block_size = std::size_t{1} << 20;

/// A whole diff as a tar: whiteouts as ".wh." files, sockets left out, hard links of one inode as links to the first name. The
/// content of files is read here: a file that is not as the node says (size, digest if known) is a failure that names it.
/// `sink` takes over each piece. `entry_sizes` gets name and bytes in the tar of each change. Of a file that `index` knows by the digest
/// that the node has, before it is read and after it, the bytes are not hashed again: what changes the bytes
/// of a file without its times (a mapping that stays open, some network file systems) is not seen, there as in every scan.
void write_tar(files::diff const& changes, std::optional<std::int64_t> clamp_mtime_seconds, std::function<void(piece&&)> const& sink,
               std::vector<std::pair<std::string, std::uint64_t>>* entry_sizes = nullptr, files::file_index const* index = nullptr);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/tar.ipp>
#endif
#endif
