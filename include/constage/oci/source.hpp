// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_SOURCE_HPP_INCLUDED
#define CONSTAGE_OCI_SOURCE_HPP_INCLUDED

#include <constage/oci/blob_store.hpp>
#include <constage/oci/manifest.hpp>
#include <constage/oci/reference.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace constage::oci {

/// Where images come from: a registry, an OCI layout, an archive.
class source {
public:
    virtual ~source() = default;
    /// Reads index, manifest and config for `platform`; digests and sizes are verified. Throws constage::failure.
    virtual image resolve(platform const& platform) = 0;
    /// Makes sure that the blob is in the store, verified. `progress(done, total)` may be null. Thread-safe.
    virtual void fetch(descriptor const& blob, std::function<void(std::uint64_t, std::uint64_t)> const& progress, std::stop_token stop) = 0;
    virtual std::string describe() const = 0;  ///< "oci-layout:///path:tag", "docker.io/library/busybox:latest"
};

struct registry_options {
    std::vector<std::string> plain_http;  ///< registries that may be spoken to without TLS; loopback addresses always may
    std::string docker_config;            ///< path of config.json for credentials; empty: $DOCKER_CONFIG or ~/.docker/config.json
    int parallel = 4;                     ///< blobs at the same time
};

std::unique_ptr<source> open_registry(reference const& ref, blob_store& store, registry_options const& options);
/// A directory with oci-layout, or a tar file of one or of `docker save`; `selector` is a tag or a digest ("" = the only one or "latest").
std::unique_ptr<source> open_layout(std::string const& path, std::string const& selector, blob_store& store);

/// Pushes manifest and blobs that the registry lacks (`docker push`). Returns the manifest's digest.
std::string push(image const& what, reference const& to, blob_store const& store, registry_options const& options,
                 std::function<void(std::uint64_t, std::uint64_t)> const& progress, std::stop_token stop);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/source.ipp>
#endif
#endif
