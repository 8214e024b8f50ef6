// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_CACHE_PLACE_HPP_INCLUDED
#define CONSTAGE_ENGINE_CACHE_PLACE_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string>
#include <string_view>

namespace constage::engine {

/// --cache-to and --cache-from
struct cache_place {
    bool registry = false;
    std::string where;                   ///< a directory (an OCI layout), or an image reference
    std::string tag = "latest", digest;  ///< of a directory
    bool all = false;                    ///< mode=max
    bool ignore_error = false;
};

/// buildx's spelling: "type=local,dest=DIR,mode=max", "type=registry,ref=NAME", "NAME". Throws constage::failure (usage).
cache_place parse_cache_to(std::string_view text);
/// "type=local,src=DIR", "type=registry,ref=NAME", "NAME". Throws constage::failure (usage).
cache_place parse_cache_from(std::string_view text);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/cache_place.ipp>
#endif
#endif
