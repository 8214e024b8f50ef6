// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_REACHABLE_IPP_INCLUDED
#define CONSTAGE_ENGINE_REACHABLE_IPP_INCLUDED

#include <constage/engine/reachable.hpp>
#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <nlohmann/json.hpp>

namespace constage::engine {

namespace reachable_detail {

CONSTAGE_INLINE nlohmann::json read_json(oci::blob_store const& blobs, std::string const& digest) {
    try {
        return nlohmann::json::parse(blobs.read(digest), nullptr, false);
    } catch (failure const&) { return {}; }
}

/// The digests that a document names, and what is named by those of them that are manifests or indexes.
CONSTAGE_INLINE void mark(oci::blob_store const& blobs, nlohmann::json const& node, std::set<std::string>& live) {
    if (node.is_array())
        for (auto const& n : node) mark(blobs, n, live);
    if (!node.is_object()) return;
    auto const at = node.find("digest");
    if (at == node.end() || !at->is_string()) {
        for (auto const& [key, value] : node.items()) mark(blobs, value, live);
        return;
    }
    auto const digest = at->get<std::string>();
    if (!files::is_digest(digest) || !live.insert(digest).second) return;
    auto const type = node.contains("mediaType") && node["mediaType"].is_string() ? node["mediaType"].get<std::string>() : std::string();
    if (type.find("manifest") != std::string::npos || type.find("index") != std::string::npos) mark(blobs, read_json(blobs, digest), live);
}

}  // namespace reachable_detail

CONSTAGE_INLINE std::set<std::string> reachable_blobs(store& where) {
    std::set<std::string> live;
    reachable_detail::mark(where.blobs(), nlohmann::json::parse(where.find_text("index.json").value_or("{}"), nullptr, false), live);
    return live;
}

}  // namespace constage::engine

#endif
