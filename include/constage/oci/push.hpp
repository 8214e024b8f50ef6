// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_PUSH_HPP_INCLUDED
#define CONSTAGE_OCI_PUSH_HPP_INCLUDED

#include <constage/oci/registry.hpp>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace constage::oci {

/// Pushes manifest and blobs that the registry lacks (`docker push`); those that another repository of it has (`descriptor::found_in`) are
/// mounted, not sent. Returns the manifest's digest.
std::string push(image const& what, reference const& to, blob_store const& store, registry_options const& options,
                 std::function<void(std::uint64_t, std::uint64_t)> const& progress, std::stop_token stop);
/// Several platforms: the images by digest, then an index of them under the name. Returns the index's digest.
std::string push(std::vector<image> const& platforms, reference const& to, blob_store const& store, registry_options const& options,
                 std::function<void(std::uint64_t, std::uint64_t)> const& progress, std::stop_token stop);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/push.ipp>
#endif
#endif
