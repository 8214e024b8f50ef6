// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_BUNDLE_HPP_INCLUDED
#define CONSTAGE_OCI_BUNDLE_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace constage::oci {

/// Files by name in a directory or a tar archive (plain or compressed): where an OCI layout or the output of `docker save` lies.
/// Thread-safe. Names never lead out of it; links inside an archive are followed.
class bundle {
public:
    using sink = std::function<void(std::string_view)>;  ///< may throw to stop

    virtual ~bundle() = default;
    /// Bytes of the file, or none: there is no such file.
    virtual std::optional<std::uint64_t> size(std::string const& name) const = 0;
    /// Hands the content over in pieces. Throws constage::failure: missing or unreadable.
    virtual void stream(std::string const& name, sink const& to) const = 0;

    bool has(std::string const& name) const { return size(name).has_value(); }
    /// A small file whole. Throws constage::failure, also if it is larger than `limit`.
    std::string read(std::string const& name, std::uint64_t limit = 16u << 20) const;
};

std::unique_ptr<bundle> open_bundle(std::string const& path);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/bundle.ipp>
#endif
#endif
