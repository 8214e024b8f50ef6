// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_LAYER_HPP_INCLUDED
#define CONSTAGE_OCI_LAYER_HPP_INCLUDED

#include <constage/files/index.hpp>
#include <constage/files/tree.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace constage::oci {

enum class compression { gzip, zstd, none };

struct layer_result {
    std::string diff_id;             ///< "sha256:…" of the tar
    std::uint64_t size = 0;          ///< of the blob, whose digest is known to whoever gets its bytes
    std::uint64_t uncompressed = 0;  ///< of the tar
    std::string media_type;
};

/// Writes a diff as a layer blob to `sink`, which is called by one thread at a time: one of its own, or for a small layer the caller's. The
/// bytes depend on changes, compression, level and clamp, not on `threads` (0: one for each processor), processor or time. A negative level
/// is the default: `default_gzip` (ISA-L 2; zlib 4 in a build without ISA-L or on an x86-64 processor without SSE4.2), zstd 3. gzip is one
/// member made of blocks of 1 MiB of tar that are compressed by themselves; zstd is one frame of libzstd with jobs of fixed size. Other
/// releases of ISA-L, zlib and libzstd may compress to other bytes, and so may ISA-L on other architectures; the diff_id stays.
/// `entry_sizes` and `index`: see write_tar().
layer_result write_layer(files::diff const& changes, compression how, int level, int threads,
                         std::function<void(std::string_view)> const& sink, std::optional<std::int64_t> clamp_mtime_seconds = {},
                         std::vector<std::pair<std::string, std::uint64_t>>* entry_sizes = nullptr,
                         files::file_index const* index = nullptr);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/layer.ipp>
#endif
#endif
