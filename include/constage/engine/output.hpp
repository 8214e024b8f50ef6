// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_OUTPUT_HPP_INCLUDED
#define CONSTAGE_ENGINE_OUTPUT_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace constage::engine {

/// -o
struct output {
    enum class kind : unsigned char { store, oci, docker, tar, local, registry };
    kind what = kind::store;
    std::string dest;         ///< file or directory; "-": standard output
    bool tar = true;          ///< oci: an archive, else a directory
    std::string compression;  ///< "", gzip, zstd, uncompressed
    int compression_level = -1;
    std::vector<std::string> names;  ///< besides options::tags
    bool rewrite_timestamp = false;
};
/// buildx's spelling: "type=oci,dest=x.tar", or a directory (type=local), or "-" (type=tar). Throws constage::failure (usage).
output parse_output(std::string_view text);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/output.ipp>
#endif
#endif
