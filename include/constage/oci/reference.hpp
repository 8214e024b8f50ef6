// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_REFERENCE_HPP_INCLUDED
#define CONSTAGE_OCI_REFERENCE_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string>
#include <string_view>

namespace constage::oci {

/// An image reference, normalised as Docker does: "busybox" is docker.io/library/busybox:latest.
struct reference {
    std::string registry;    ///< "docker.io", "127.0.0.1:5000"
    std::string repository;  ///< "library/busybox"
    std::string tag;         ///< "latest" if neither tag nor digest was written
    std::string digest;      ///< "sha256:…" or empty

    std::string text() const;      ///< full form
    std::string familiar() const;  ///< short form, as `docker images` prints it: "busybox:latest"
    friend bool operator==(reference const&, reference const&) = default;
};

/// Throws constage::failure that quotes the text and says what is wrong with it.
reference parse_reference(std::string_view text);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/reference.ipp>
#endif
#endif
