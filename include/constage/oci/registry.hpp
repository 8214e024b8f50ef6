// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_REGISTRY_HPP_INCLUDED
#define CONSTAGE_OCI_REGISTRY_HPP_INCLUDED

#include <constage/oci/reference.hpp>
#include <constage/oci/source.hpp>

#include <memory>
#include <string>
#include <vector>

namespace constage::oci {

struct registry_options {
    std::vector<std::string> plain_http;  ///< registries that may be spoken to without TLS; loopback addresses always may
    std::string docker_config;            ///< path of config.json for credentials; empty: $DOCKER_CONFIG or ~/.docker/config.json
    int parallel = 4;                     ///< blobs at the same time
};

/// Pulls from a registry. Nothing is asked before resolve().
std::unique_ptr<source> open_registry(reference const& ref, blob_store& store, registry_options const& options);

/// Pushes manifest and blobs that the registry lacks (`docker push`). Returns the manifest's digest.
std::string push(image const& what, reference const& to, blob_store const& store, registry_options const& options,
                 std::function<void(std::uint64_t, std::uint64_t)> const& progress, std::stop_token stop);
/// Several platforms: the images by digest, then an index of them under the name. Returns the index's digest.
std::string push(std::vector<image> const& platforms, reference const& to, blob_store const& store, registry_options const& options,
                 std::function<void(std::uint64_t, std::uint64_t)> const& progress, std::stop_token stop);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/registry.ipp>
#endif
#endif
