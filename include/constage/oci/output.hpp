// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_OUTPUT_HPP_INCLUDED
#define CONSTAGE_OCI_OUTPUT_HPP_INCLUDED

#include <constage/files/tree.hpp>
#include <constage/oci/archive_writer.hpp>
#include <constage/oci/source.hpp>

#include <optional>
#include <string>
#include <vector>

namespace constage::oci {

/// A manifest of config and layers that are in the store: OCI media types, canonical JSON. Stores config and manifest.
image make_image(image_config const& config, std::vector<descriptor> const& layers, blob_store& store,
                 std::map<std::string, std::string> const& annotations = {});

/// `-o type=oci`: an OCI layout as a tar file (tar=true) or directory, for one image or an index of several platforms. `names` become
/// annotations io.containerd.image.name and org.opencontainers.image.ref.name. The tar is deterministic, and appears whole or not at
/// all. `dest` "-" is standard output.
void write_oci(std::vector<image> const& images, std::vector<std::string> const& names, std::string const& dest, bool tar,
               blob_store const& store);
/// The same into an archive that may have some of the layers already, in their order; commits it.
void write_oci(std::vector<image> const& images, std::vector<std::string> const& names, archive_writer& to, blob_store const& store);

/// `-o type=docker`: a tar for `docker load` (manifest.json, repositories-free, plus the OCI files).
void write_docker(image const& what, std::vector<std::string> const& names, std::string const& dest, blob_store const& store);
void write_docker(image const& what, std::vector<std::string> const& names, archive_writer& to, blob_store const& store);

/// `-o type=tar`: the root file system as one tar.
void write_tar(files::tree const& root, std::string const& dest, std::optional<std::int64_t> clamp_mtime_seconds);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/output.ipp>
#endif
#endif
