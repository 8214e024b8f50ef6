// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_MANIFEST_HPP_INCLUDED
#define CONSTAGE_OCI_MANIFEST_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/oci/config.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace constage::oci {

namespace media_type {
inline constexpr char const* index = "application/vnd.oci.image.index.v1+json";
inline constexpr char const* manifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr char const* config = "application/vnd.oci.image.config.v1+json";
inline constexpr char const* layer = "application/vnd.oci.image.layer.v1.tar";  ///< "+gzip", "+zstd"
inline constexpr char const* docker_list = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr char const* docker_manifest = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr char const* docker_config = "application/vnd.docker.container.image.v1+json";
inline constexpr char const* docker_layer = "application/vnd.docker.image.rootfs.diff.tar";  ///< ".gzip"

std::string as_oci_layer(std::string const& type);  ///< OCI's name of a layer's media type; throws for what is no layer
}  // namespace media_type

struct descriptor {
    std::string media_type;
    std::string digest;
    std::uint64_t size = 0;
    std::map<std::string, std::string> annotations;
    std::string found_in{};  ///< a repository that has it, "docker.io/library/busybox": where the image was pulled from; written nowhere
};

/// An image as its manifest says; nothing of its layers has been read.
struct image {
    descriptor manifest;
    std::string manifest_json;
    descriptor config_descriptor;
    image_config config;
    std::vector<descriptor> layers;  ///< bottom first; as many as config.diff_ids
};

/// One line of an index.
struct index_entry {
    descriptor what;
    std::optional<oci::platform> platform;
    std::string artifact_type;
};

/// Index and manifest, OCI's or Docker's; bounded and type-checked. Throw constage::failure that names the field.
std::vector<index_entry> parse_index(std::string_view json);
struct manifest {
    descriptor config;
    std::vector<descriptor> layers;
};
manifest parse_manifest(std::string_view json);

/// The bytes of index, manifest or config; whoever reads them verifies digest and size (`verify`).
using document_reader = std::function<std::string(descriptor const&)>;
/// Throws constage::failure unless `bytes` are what `d` says.
void verify(std::string_view bytes, descriptor const& d);

/// From any of `roots` (indexes, nested ones too, and manifests) the image that fits `platform` best. Attestations and artifacts are passed
/// over. If there is only one image at all it is taken whatever its platform is, as BuildKit does.
image find_image(std::vector<index_entry> const& roots, platform const& wanted, document_reader const& read);

/// Canonical JSON of an index of several platforms.
std::string index_of(std::vector<image> const& images);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/manifest.ipp>
#endif
#endif
