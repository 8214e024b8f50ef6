// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_DIGEST_IPP_INCLUDED
#define CONSTAGE_FILES_DIGEST_IPP_INCLUDED

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>

#include <array>
#include <cerrno>
#include <cstring>

namespace constage::files {

struct hasher::state {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    state() {
        if (!context || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1) {
            EVP_MD_CTX_free(context);
            throw failure("OpenSSL has no sha256");
        }
    }
    ~state() { EVP_MD_CTX_free(context); }
    state(state const&) = delete;
    state& operator=(state const&) = delete;
};

CONSTAGE_INLINE hasher::hasher() : state_(std::make_unique<state>()) {}
CONSTAGE_INLINE hasher::~hasher() = default;
CONSTAGE_INLINE hasher::hasher(hasher&&) noexcept = default;
CONSTAGE_INLINE hasher& hasher::operator=(hasher&&) noexcept = default;

CONSTAGE_INLINE void hasher::update(std::string_view bytes) {
    if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1) throw failure("OpenSSL cannot compute a sha256");
}

CONSTAGE_INLINE std::string hasher::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw;
    unsigned size = 0;
    if (EVP_DigestFinal_ex(state_->context, raw.data(), &size) != 1 || EVP_DigestInit_ex(state_->context, nullptr, nullptr) != 1)
        throw failure("OpenSSL cannot compute a sha256");
    std::string text = "sha256:";
    text.reserve(7 + 2 * size);
    for (unsigned i = 0; i < size; ++i) {
        text += "0123456789abcdef"[raw[i] >> 4];
        text += "0123456789abcdef"[raw[i] & 15];
    }
    return text;
}

CONSTAGE_INLINE std::string digest_of(std::string_view bytes) {
    hasher h;
    h.update(bytes);
    return h.finish();
}

CONSTAGE_INLINE std::string digest_of_file(std::string const& path) {
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw failure("cannot read " + path + ": " + std::strerror(errno));
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
        if (n < 0) throw failure("cannot read " + path + ": " + std::strerror(errno));
        h.update({buffer->data(), static_cast<std::size_t>(n)});
    }
}

CONSTAGE_INLINE bool is_digest(std::string_view text) {
    return text.size() == 71 && text.starts_with("sha256:") && text.find_first_not_of("0123456789abcdef", 7) == text.npos;
}

}  // namespace constage::files

#endif
