// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LAYER_FORMAT_IPP_INCLUDED
#define CONSTAGE_ENGINE_LAYER_FORMAT_IPP_INCLUDED

#include <constage/engine/layer_format.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/gzip.hpp>

namespace constage::engine {

CONSTAGE_INLINE std::string layer_format::name() const {
    auto const by_default = compression == "gzip" && level < 0;
    return compression + (by_default ? " " + std::string(oci::default_gzip()) : std::to_string(level)) +
           (epoch ? " epoch " + std::to_string(*epoch) : "") + (rewrite_timestamp ? " rewritten" : "");
}

CONSTAGE_INLINE std::string layer_name(std::string const& change, layer_format const& format) {
    return files::digest_of(change + "\n" + format.name());
}

CONSTAGE_INLINE std::vector<std::string> default_layer_names(std::string const& change) {
    std::vector<std::string> names = {layer_name(change)};
    for (auto const how : oci::default_gzips)
        if (how != oci::default_gzip()) names.push_back(files::digest_of(change + "\ngzip " + std::string(how)));
    return names;
}

}  // namespace constage::engine

#endif
