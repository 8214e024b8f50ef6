// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_DEFLATE_ZLIB_HPP_INCLUDED
#define CONSTAGE_OCI_DEFLATE_ZLIB_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/oci/deflate.hpp>

#include <memory>

namespace constage::oci {

/// zlib, at a level of 0 to 9. What would not compress is stored, without much trying.
std::unique_ptr<deflater> zlib_deflater(int level);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/deflate_zlib.ipp>
#endif
#endif
