// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_ARCHIVE_WRITER_IPP_INCLUDED
#define CONSTAGE_OCI_ARCHIVE_WRITER_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/oci/archive_writer.hpp>
#include <constage/oci/tar.hpp>

namespace constage::oci {

CONSTAGE_INLINE void archive_writer::add(std::string const& name, std::string_view text) {
    if (!names_.insert(name).second) return;
    begin(name, text.size());
    write(text);
    pad(text.size());
}

CONSTAGE_INLINE void archive_writer::add_blob(std::string const& digest, std::uint64_t size, blob_store const& store) {
    auto const file = store.path(digest);
    auto const name = blob_place(digest);
    if (!names_.insert(name).second) return;
    begin(name, size);
    to_->copy(file, size);
    pad(size);
}

CONSTAGE_INLINE void archive_writer::begin_blob() {
    begin_ = opened().size();
    write(std::string(512, '\0'));  // the header names the digest and the size
}

CONSTAGE_INLINE void archive_writer::end_blob(std::string const& digest, std::uint64_t size) {
    if (to_->size() - begin_ - 512 != size) throw failure("the blob " + digest + " was not written as it is");
    auto const name = blob_place(digest);
    if (!names_.insert(name).second) return to_->cut(begin_);  // another layer has the same bytes
    to_->rewrite(begin_, tar_header_block(name, size));
    pad(size);
}

CONSTAGE_INLINE void archive_writer::commit() {
    opened().write(std::string(1024, '\0'));
    to_->commit();
}

CONSTAGE_INLINE output_file& archive_writer::opened() {
    if (!to_) {
        to_.emplace(dest_);
        for (auto const* folder : {"blobs/", "blobs/sha256/"}) write(tar_header_block(folder, 0));
    }
    return *to_;
}

CONSTAGE_INLINE void archive_writer::begin(std::string const& name, std::uint64_t size) { opened().write(tar_header_block(name, size)); }

CONSTAGE_INLINE void archive_writer::pad(std::uint64_t size) {
    if (auto const zeros = tar_padding(size); zeros != 0) write(std::string(zeros, '\0'));
}

}  // namespace constage::oci

#endif
