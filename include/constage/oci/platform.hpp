// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_PLATFORM_HPP_INCLUDED
#define CONSTAGE_OCI_PLATFORM_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string>
#include <string_view>

namespace constage::oci {

/// "linux/arm/v7".
struct platform {
    std::string os = "linux";
    std::string architecture = "amd64";
    std::string variant;
    std::string os_version;

    std::string text() const;  ///< os[(version)]/architecture[/variant]
    friend bool operator==(platform const&, platform const&) = default;
};
/// Normalises as containerd does (x86_64 → amd64, arm64/v8 → arm64, "local" → this machine's). Throws constage::failure.
platform parse_platform(std::string_view text);
platform local_platform();

/// Names and variants in the spelling that parse_platform gives.
platform normalise(platform p);

/// How well an image for `offered` runs where `wanted` is asked for: 0 is exact, larger is worse (an older variant, 386 on amd64, arm on
/// arm64), -1 not at all.
int platform_distance(platform const& wanted, platform const& offered);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/platform.ipp>
#endif
#endif
