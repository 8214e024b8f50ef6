// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_ARCHIVE_WRITER_HPP_INCLUDED
#define CONSTAGE_OCI_ARCHIVE_WRITER_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/oci/blob_store.hpp>
#include <constage/oci/output_file.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace constage::oci {

/// An OCI layout as one tar, deterministic: entries in the order in which they are added, each name once, all with the same mode, owner and
/// time. Opens its place with the first one. Nothing is seen of it before commit(). Throws constage::failure.
class archive_writer {
public:
    explicit archive_writer(std::string dest) : dest_(std::move(dest)) {}

    void add(std::string const& name, std::string_view text);
    /// A blob of the store.
    void add_blob(std::string const& digest, std::uint64_t size, blob_store const& store);

    /// A blob whose digest is not known before its last byte, if the output can_be_hidden(). Nothing is added meanwhile.
    void begin_blob();
    void write(std::string_view bytes) { to_->write(bytes); }
    void end_blob(std::string const& digest, std::uint64_t size);

    void commit();

private:
    output_file& opened();
    void begin(std::string const& name, std::uint64_t size);
    void pad(std::uint64_t size);

    std::string dest_;
    std::optional<output_file> to_;
    std::set<std::string> names_;
    std::uint64_t begin_ = 0;  ///< where the header of the blob stands that is being made
};

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/archive_writer.ipp>
#endif
#endif
