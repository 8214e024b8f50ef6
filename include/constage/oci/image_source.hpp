// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_IMAGE_SOURCE_HPP_INCLUDED
#define CONSTAGE_OCI_IMAGE_SOURCE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/oci/blob_store.hpp>
#include <constage/oci/manifest.hpp>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

namespace constage::oci {

/// Where images come from: a registry, an OCI layout, an archive.
class source {
public:
    virtual ~source() = default;
    /// Reads index, manifest and config for `platform`; digests and sizes are verified. Throws constage::failure.
    virtual image resolve(platform const& platform) = 0;
    /// Makes sure that the blob is in the store, verified. `progress(done, total)` may be null. Thread-safe once resolve() has returned.
    virtual void fetch(descriptor const& blob, std::function<void(std::uint64_t, std::uint64_t)> const& progress, std::stop_token stop) = 0;
    virtual std::string describe() const = 0;  ///< "oci-layout:///path:tag", "docker.io/library/busybox:latest"
};

}  // namespace constage::oci

#endif
