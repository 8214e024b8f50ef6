// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LAYER_FORMAT_IPP_INCLUDED
#define CONSTAGE_ENGINE_LAYER_FORMAT_IPP_INCLUDED

#include <constage/engine/layer_format.hpp>
#include <constage/files/digest.hpp>

namespace constage::engine {

CONSTAGE_INLINE std::string layer_format::name() const {
    return compression + std::to_string(level) + (epoch ? " epoch " + std::to_string(*epoch) : "") +
           (rewrite_timestamp ? " rewritten" : "");
}

CONSTAGE_INLINE std::string layer_name(std::string const& change, layer_format const& format) {
    return files::digest_of(change + "\n" + format.name());
}

}  // namespace constage::engine

#endif
