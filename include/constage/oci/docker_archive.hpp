// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_DOCKER_ARCHIVE_HPP_INCLUDED
#define CONSTAGE_OCI_DOCKER_ARCHIVE_HPP_INCLUDED

#include <constage/oci/bundle.hpp>
#include <constage/oci/manifest.hpp>

#include <map>
#include <string>

namespace constage::oci {

/// The image that `docker save` wrote, with an OCI manifest made for it: the archive itself has none.
struct docker_archive {
    oci::image image;
    std::map<std::string, std::string> names;  ///< of the layers in the archive, by digest
};

/// `selector`: a tag, a name with a tag, or a config's digest; "" = the only one or "latest". Throws constage::failure.
docker_archive read_docker_archive(bundle const& from, std::string const& selector);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/docker_archive.ipp>
#endif
#endif
