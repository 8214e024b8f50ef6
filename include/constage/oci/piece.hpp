// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_PIECE_HPP_INCLUDED
#define CONSTAGE_OCI_PIECE_HPP_INCLUDED

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>

namespace constage::oci {

/// Bytes of a layer or an archive on their way from thread to thread. Its memory is not cleared: only what is filled is ever touched.
class piece {
public:
    piece() = default;
    /// Empty, with room for that many bytes.
    explicit piece(std::size_t room) : bytes_(new char[room]), room_(room) {}
    /// A copy.
    explicit piece(std::string_view text) : piece(text.size()) { add(text); }

    std::string_view view() const { return {bytes_.get(), size_}; }
    std::size_t size() const { return size_; }

    /// How many bytes may still be written to `end()`; `grow` says how many were.
    std::size_t room() const { return room_ - size_; }
    char* end() { return bytes_.get() + size_; }
    void grow(std::size_t n) { size_ += n; }
    /// Adds as much as there is room for, and returns how much that was.
    std::size_t add(std::string_view text) {
        auto const n = std::min(room(), text.size());
        std::copy_n(text.data(), n, end());
        grow(n);
        return n;
    }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t room_ = 0, size_ = 0;
};

}  // namespace constage::oci

#endif
