// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_DEFLATE_HPP_INCLUDED
#define CONSTAGE_OCI_DEFLATE_HPP_INCLUDED

#include <constage/oci/piece.hpp>

#include <cstdint>
#include <string_view>

namespace constage::oci {

/// A block as a piece of a deflate stream: it refers to nothing before it, and ends at a byte, so that any other block can follow. The end
/// of the stream is not in it.
struct deflated {
    piece bytes;
    std::uint32_t crc = 0;  ///< of the block, as gzip counts
};

/// Compresses block after block (each below 1 GiB), each from a fresh state: equal blocks give equal bytes. For one thread at a time.
class deflater {
public:
    deflater() = default;
    deflater(deflater const&) = delete;
    deflater& operator=(deflater const&) = delete;
    virtual ~deflater() = default;

    virtual deflated run(std::string_view block) = 0;
};

}  // namespace constage::oci

#endif
