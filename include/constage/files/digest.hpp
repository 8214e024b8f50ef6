// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_DIGEST_HPP_INCLUDED
#define CONSTAGE_FILES_DIGEST_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/files/file_digest.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace constage::files {

/// sha256 of bytes that come in pieces.
class hasher {
public:
    hasher();
    ~hasher();
    hasher(hasher&&) noexcept;
    hasher& operator=(hasher&&) noexcept;

    void update(std::string_view bytes);
    /// The hasher starts anew afterwards.
    file_digest finish_raw();
    /// The same as "sha256:" and 64 hex digits.
    std::string finish() { return finish_raw().text(); }

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// "sha256:…" of `bytes`.
std::string digest_of(std::string_view bytes);
/// "sha256:…" of a file's bytes. Throws constage::failure that names the file.
std::string digest_of_file(std::string const& path);
/// The same by "sha256", "sha384" or "sha512"; empty if it is none of these.
std::string digest_of_file(std::string const& path, std::string_view algorithm);
/// "algorithm:" and the bytes in hex.
std::string digest_text(std::string_view algorithm, unsigned char const* bytes, std::size_t size);
/// True for "sha256:" and 64 lower-case hex digits.
bool is_digest(std::string_view text);
/// RFC 4648, on one line.
std::string base64(std::string_view bytes);

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/digest.ipp>
#endif
#endif
