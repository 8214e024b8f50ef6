// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_ARCHIVE_WRITER_IPP_INCLUDED
#define CONSTAGE_OCI_ARCHIVE_WRITER_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/oci/archive_writer.hpp>
#include <constage/oci/tar.hpp>

#include <algorithm>
#include <cstddef>

namespace constage::oci {

namespace archive_writer_detail {

/// One ustar header: mode, owner and time are always the same, so that the same image gives the same bytes.
CONSTAGE_INLINE std::string header(std::string const& name, std::uint64_t size) {
    std::string h(512, '\0');
    auto const put = [&](std::size_t at, std::string_view text) {
        std::copy(text.begin(), text.end(), h.begin() + static_cast<std::ptrdiff_t>(at));
    };
    auto const octal = [](std::uint64_t n, std::size_t digits) {
        std::string text(digits, '0');
        for (auto i = digits; i-- > 0; n /= 8) text[i] = static_cast<char>('0' + n % 8);
        return text;
    };
    bool const folder = name.ends_with('/');
    put(0, name);
    put(100, folder ? "0000755" : "0000644");
    put(108, "0000000");
    put(116, "0000000");
    if (size < (std::uint64_t(1) << 33)) {
        put(124, octal(size, 11));
    } else {  // base-256, as GNU tar writes sizes from 8 GiB
        h[124] = static_cast<char>(0x80);
        auto n = size;
        for (std::size_t i = 135; i > 124 && n > 0; --i, n >>= 8) h[i] = static_cast<char>(n & 0xff);
    }
    put(136, "00000000000");
    put(148, "        ");
    h[156] = folder ? '5' : '0';
    put(257, std::string_view("ustar\00000", 8));
    unsigned sum = 0;
    for (char const c : h) sum += static_cast<unsigned char>(c);
    put(148, octal(sum, 6));
    h[154] = '\0';
    return h;
}

}  // namespace archive_writer_detail

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
    to_->rewrite(begin_, archive_writer_detail::header(name, size));
    pad(size);
}

CONSTAGE_INLINE void archive_writer::commit() {
    opened().write(std::string(1024, '\0'));
    to_->commit();
}

CONSTAGE_INLINE output_file& archive_writer::opened() {
    if (!to_) {
        to_.emplace(dest_);
        for (auto const* folder : {"blobs/", "blobs/sha256/"}) write(archive_writer_detail::header(folder, 0));
    }
    return *to_;
}

CONSTAGE_INLINE void archive_writer::begin(std::string const& name, std::uint64_t size) {
    opened().write(archive_writer_detail::header(name, size));
}

CONSTAGE_INLINE void archive_writer::pad(std::uint64_t size) {
    if (auto const zeros = tar_padding(size); zeros != 0) write(std::string(zeros, '\0'));
}

}  // namespace constage::oci

#endif
