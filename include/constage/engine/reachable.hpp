// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_REACHABLE_HPP_INCLUDED
#define CONSTAGE_ENGINE_REACHABLE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/store.hpp>

#include <set>
#include <string>

namespace constage::engine {

/// Digests of the blobs that the images of a store's index.json consist of: manifests, configurations, layers; whether or not they are
/// there. What is damaged leads nowhere.
std::set<std::string> reachable_blobs(store& where);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/reachable.ipp>
#endif
#endif
