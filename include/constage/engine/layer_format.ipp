// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LAYER_FORMAT_IPP_INCLUDED
#define CONSTAGE_ENGINE_LAYER_FORMAT_IPP_INCLUDED

#include <constage/engine/layer_format.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/gzip.hpp>

namespace constage::engine {

namespace layer_format_detail {

/// To be counted up when layers of the same format get other bytes: a store must not mix the old ones with the new.
inline constexpr char const* gzip = "gzip 3";

}  // namespace layer_format_detail

CONSTAGE_INLINE std::string layer_format::name() const {
    auto const how = compression != "gzip" ? compression + std::to_string(level)
                     : level < 0           ? layer_format_detail::gzip + (" " + std::string(oci::default_gzip()))
                                           : layer_format_detail::gzip + (" " + std::to_string(level));
    return how + (epoch ? " epoch " + std::to_string(*epoch) : "") + (rewrite_timestamp ? " rewritten" : "");
}

CONSTAGE_INLINE std::string layer_name(std::string const& change, layer_format const& format) {
    return files::digest_of(change + "\n" + format.name());
}

CONSTAGE_INLINE std::vector<std::string> default_layer_names(std::string const& change) {
    std::vector<std::string> names = {layer_name(change)};
    for (auto const how : oci::default_gzips)
        if (how != oci::default_gzip())
            names.push_back(files::digest_of(change + "\n" + layer_format_detail::gzip + " " + std::string(how)));
    return names;
}

}  // namespace constage::engine

#endif
