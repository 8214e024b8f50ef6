// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LAYER_FORMAT_HPP_INCLUDED
#define CONSTAGE_ENGINE_LAYER_FORMAT_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace constage::engine {

/// How the layers of one output are written.
struct layer_format {
    std::string compression = "gzip";  ///< gzip, zstd, none
    int level = -1;
    std::optional<std::int64_t> epoch;  ///< what times from the clock become (else 0)
    bool rewrite_timestamp = false;     ///< no file of a new layer is younger than `epoch`

    /// With the compressor in it: builds with and without ISA-L that share a store do not take each other's layers.
    std::string name() const;
    friend bool operator==(layer_format const&, layer_format const&) = default;
};

/// The name under which the store keeps a change as a layer.
std::string layer_name(std::string const& change, layer_format const& format = {});
/// The same in the default format, first as this program compresses, then as others do: their layers hold the same change.
std::vector<std::string> default_layer_names(std::string const& change);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/layer_format.ipp>
#endif
#endif
