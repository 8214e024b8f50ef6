// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_DIGEST_IPP_INCLUDED
#define CONSTAGE_FILES_DIGEST_IPP_INCLUDED

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/system_failure.hpp>

#include <array>
#include <cerrno>

namespace constage::files {

// The low-level functions: EVP reads OpenSSL's configuration and registers all algorithms first, which costs half of a build that finds
// everything in its cache. OpenSSL calls them deprecated, but keeps them.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

struct hasher::state {
    SHA256_CTX context;
    state() { SHA256_Init(&context); }
};

CONSTAGE_INLINE hasher::hasher() : state_(std::make_unique<state>()) {}
CONSTAGE_INLINE hasher::~hasher() = default;
CONSTAGE_INLINE hasher::hasher(hasher&&) noexcept = default;
CONSTAGE_INLINE hasher& hasher::operator=(hasher&&) noexcept = default;

CONSTAGE_INLINE void hasher::update(std::string_view bytes) { SHA256_Update(&state_->context, bytes.data(), bytes.size()); }

CONSTAGE_INLINE std::string hasher::finish() {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> raw;
    SHA256_Final(raw.data(), &state_->context);
    SHA256_Init(&state_->context);
    std::string text = "sha256:";
    text.reserve(7 + 2 * raw.size());
    for (auto const byte : raw) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

#pragma GCC diagnostic pop

CONSTAGE_INLINE std::string digest_of(std::string_view bytes) {
    hasher h;
    h.update(bytes);
    return h.finish();
}

CONSTAGE_INLINE std::string digest_of_file(std::string const& path) {
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw system_failure("read", path);
    struct closer {
        int fd;
        ~closer() { ::close(fd); }
    } const guard{fd};
    hasher h;
    auto const buffer = std::make_unique<std::array<char, 1 << 17>>();
    for (;;) {
        auto const n = ::read(fd, buffer->data(), buffer->size());
        if (n == 0) return h.finish();
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw system_failure("read", path);
        h.update({buffer->data(), static_cast<std::size_t>(n)});
    }
}

CONSTAGE_INLINE bool is_digest(std::string_view text) {
    return text.size() == 71 && text.starts_with("sha256:") && text.find_first_not_of("0123456789abcdef", 7) == text.npos;
}

CONSTAGE_INLINE std::string base64(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    auto const size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<unsigned char const*>(bytes.data()),
                                      static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

}  // namespace constage::files

#endif
