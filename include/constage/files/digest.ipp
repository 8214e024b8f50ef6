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

// The low-level functions everywhere: EVP reads OpenSSL's configuration and registers all algorithms first, and whoever links it
// statically gets all of them, with 20,000 addresses that the loader must fill in. That would be more than half of a build that finds
// everything in its cache. OpenSSL calls them deprecated, but keeps them.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace constage::files::digest_detail {

template <class F>
void for_each_block(std::string const& path, F const& use) {
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw system_failure("read", path);
    struct closer {
        int fd;
        ~closer() { ::close(fd); }
    } const guard{fd};
    auto const buffer = std::make_unique<std::array<char, 1 << 17>>();
    for (;;) {
        auto const n = ::read(fd, buffer->data(), buffer->size());
        if (n == 0) return;
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw system_failure("read", path);
        use(std::string_view(buffer->data(), static_cast<std::size_t>(n)));
    }
}

template <class Context, std::size_t Size>
std::string of_file(std::string const& path, std::string_view algorithm, int (*init)(Context*),
                    int (*update)(Context*, void const*, std::size_t), int (*final)(unsigned char*, Context*)) {
    Context context;
    init(&context);
    for_each_block(path, [&](std::string_view block) { update(&context, block.data(), block.size()); });
    std::array<unsigned char, Size> raw;
    final(raw.data(), &context);
    return digest_text(algorithm, raw.data(), raw.size());
}

}  // namespace constage::files::digest_detail

namespace constage::files {

struct hasher::state {
    SHA256_CTX context;
    state() { SHA256_Init(&context); }
};

CONSTAGE_INLINE hasher::hasher() : state_(std::make_unique<state>()) {}
CONSTAGE_INLINE hasher::~hasher() = default;
CONSTAGE_INLINE hasher::hasher(hasher&&) noexcept = default;
CONSTAGE_INLINE hasher& hasher::operator=(hasher&&) noexcept = default;

CONSTAGE_INLINE void hasher::update(std::string_view bytes) { SHA256_Update(&state_->context, bytes.data(), bytes.size()); }

CONSTAGE_INLINE file_digest hasher::finish_raw() {
    file_digest::bytes raw;
    SHA256_Final(raw.data(), &state_->context);
    SHA256_Init(&state_->context);
    return file_digest(raw);
}

CONSTAGE_INLINE std::string digest_of_file(std::string const& path, std::string_view algorithm) {
    using digest_detail::of_file;
    if (algorithm == "sha256") return of_file<SHA256_CTX, SHA256_DIGEST_LENGTH>(path, algorithm, SHA256_Init, SHA256_Update, SHA256_Final);
    if (algorithm == "sha384") return of_file<SHA512_CTX, SHA384_DIGEST_LENGTH>(path, algorithm, SHA384_Init, SHA384_Update, SHA384_Final);
    if (algorithm == "sha512") return of_file<SHA512_CTX, SHA512_DIGEST_LENGTH>(path, algorithm, SHA512_Init, SHA512_Update, SHA512_Final);
    return "";
}

#pragma GCC diagnostic pop

CONSTAGE_INLINE std::string digest_of(std::string_view bytes) {
    hasher h;
    h.update(bytes);
    return h.finish();
}

CONSTAGE_INLINE std::string digest_of_file(std::string const& path) { return digest_of_file(path, "sha256"); }

CONSTAGE_INLINE std::string digest_text(std::string_view algorithm, unsigned char const* bytes, std::size_t size) {
    std::string text(algorithm);
    text.reserve(text.size() + 1 + 2 * size);
    text += ':';
    for (auto const* byte = bytes; byte != bytes + size; ++byte) {
        text += "0123456789abcdef"[*byte >> 4];
        text += "0123456789abcdef"[*byte & 15];
    }
    return text;
}

CONSTAGE_INLINE bool is_digest(std::string_view text) {
    return text.size() == 71 && text.starts_with("sha256:") && text.find_first_not_of("0123456789abcdef", 7) == text.npos;
}

CONSTAGE_INLINE file_digest::file_digest(std::string_view text) : known_(is_digest(text)) {
    auto const value = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    for (std::size_t i = 0; known_ && i != raw_.size(); ++i)
        raw_[i] = static_cast<unsigned char>(value(text[7 + 2 * i]) << 4 | value(text[8 + 2 * i]));
}

CONSTAGE_INLINE std::string file_digest::text() const { return known_ ? digest_text("sha256", raw_.data(), raw_.size()) : std::string(); }

CONSTAGE_INLINE std::string base64(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    auto const size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<unsigned char const*>(bytes.data()),
                                      static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

}  // namespace constage::files

#endif
