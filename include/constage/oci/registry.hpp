// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_REGISTRY_HPP_INCLUDED
#define CONSTAGE_OCI_REGISTRY_HPP_INCLUDED

#include <constage/oci/image_source.hpp>
#include <constage/oci/reference.hpp>

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

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/registry.ipp>
#endif
#endif
