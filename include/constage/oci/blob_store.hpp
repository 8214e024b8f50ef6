// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_BLOB_STORE_HPP_INCLUDED
#define CONSTAGE_OCI_BLOB_STORE_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace constage::oci {

/// Where a blob stands in a layout, as in a store: "blobs/sha256/…".
std::string blob_place(std::string const& digest);

/// The content-addressed part of a store: `root/blobs/sha256/<hex>`. Shared by several processes: a blob has no name before it is whole.
class blob_store {
public:
    explicit blob_store(std::string root);
    std::string const& root() const { return root_; }
    std::string path(std::string const& digest) const;  ///< whether or not it is there
    /// Is it there? With a size: and not cut short (a machine that lost power may leave such a file).
    bool has(std::string const& digest, std::optional<std::uint64_t> size = {}) const;
    /// A small blob (JSON), verified. Throws constage::failure: missing, larger than `limit`, damaged.
    std::string read(std::string const& digest, std::uint64_t limit = 16u << 20) const;
    std::string put(std::string_view bytes);  ///< returns the digest

    /// A blob that comes in pieces; becomes visible with commit().
    class writer {
    public:
        virtual ~writer() = default;  ///< without commit: nothing remains
        virtual void write(std::string_view bytes) = 0;
        /// `expected`: throws constage::failure unless the digest is that. Returns the digest. A blob that was cut short is replaced.
        virtual std::string commit(std::string const& expected = {}) = 0;
    };
    std::unique_ptr<writer> begin();

private:
    std::string root_;
};

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/blob_store.ipp>
#endif
#endif
