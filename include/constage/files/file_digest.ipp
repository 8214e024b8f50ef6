// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_FILE_DIGEST_IPP_INCLUDED
#define CONSTAGE_FILES_FILE_DIGEST_IPP_INCLUDED

#include <constage/files/digest.hpp>
#include <constage/files/file_digest.hpp>

namespace constage::files {

CONSTAGE_INLINE file_digest::file_digest(std::string_view text) : known_(is_digest(text)) {
    auto const value = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    for (std::size_t i = 0; known_ && i != raw_.size(); ++i)
        raw_[i] = static_cast<unsigned char>(value(text[7 + 2 * i]) << 4 | value(text[8 + 2 * i]));
}

CONSTAGE_INLINE std::string file_digest::text() const { return known_ ? digest_text("sha256", raw_.data(), raw_.size()) : std::string(); }

}  // namespace constage::files

#endif
