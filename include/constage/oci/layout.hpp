// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_LAYOUT_HPP_INCLUDED
#define CONSTAGE_OCI_LAYOUT_HPP_INCLUDED

#include <constage/oci/image_source.hpp>

#include <memory>
#include <string>

namespace constage::oci {

/// A directory with oci-layout, or a tar file of one or of `docker save`; `selector` is a tag or a digest ("" = the only one or "latest").
std::unique_ptr<source> open_layout(std::string const& path, std::string const& selector, blob_store& store);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/layout.ipp>
#endif
#endif
