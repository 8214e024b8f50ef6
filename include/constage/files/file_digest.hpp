// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_FILE_DIGEST_HPP_INCLUDED
#define CONSTAGE_FILES_FILE_DIGEST_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <array>
#include <string>
#include <string_view>

namespace constage::files {

/// A sha256, or none. A tree has one for every file: as text it would take three times the memory, in a piece of its own.
class file_digest {
public:
    using bytes = std::array<unsigned char, 32>;

    file_digest() = default;
    explicit file_digest(bytes const& raw) : raw_(raw), known_(true) {}
    /// From "sha256:" and 64 lower-case hex digits; none if the text is anything else.
    file_digest(std::string_view text);
    file_digest(std::string const& text) : file_digest(std::string_view(text)) {}
    file_digest(char const* text) : file_digest(std::string_view(text)) {}

    bool empty() const { return !known_; }
    bytes const& raw() const { return raw_; }
    /// The raw bytes as text; none: no bytes.
    std::string_view view() const { return {reinterpret_cast<char const*>(raw_.data()), known_ ? raw_.size() : 0}; }
    std::string text() const;  ///< "sha256:…"; none: ""

    friend bool operator==(file_digest const&, file_digest const&) = default;

private:
    bytes raw_{};
    bool known_ = false;
};

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/digest.hpp>
#endif
#endif
