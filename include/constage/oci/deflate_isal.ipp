// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_DEFLATE_ISAL_IPP_INCLUDED
#define CONSTAGE_OCI_DEFLATE_ISAL_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/oci/deflate_isal.hpp>
#include <constage/oci/incompressible.hpp>

#ifdef CONSTAGE_ISAL
#ifdef __x86_64__
#include <cpuid.h>
#endif
#include <dlfcn.h>
#include <isa-l.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#endif

namespace constage::oci {

#ifdef CONSTAGE_ISAL

namespace deflate_isal_detail {

/// The functions of libisal, which no program links: it comes as a shared library only, and many a build compresses nothing.
struct library {
    void* const handle = open();
    decltype(&::isal_deflate_init) const init = find<decltype(&::isal_deflate_init)>("isal_deflate_init");
    decltype(&::isal_deflate) const deflate = find<decltype(&::isal_deflate)>("isal_deflate");
    decltype(&::crc32_gzip_refl) const crc = find<decltype(&::crc32_gzip_refl)>("crc32_gzip_refl");

private:
    static void* open() {
        if (auto* const found = ::dlopen("libisal.so.2", RTLD_NOW | RTLD_LOCAL)) return found;
        auto const* why = ::dlerror();
        throw failure(std::string("cannot load ISA-L, which compresses layers: ") + (why ? why : "unknown error"))
            .with_hint("install it (Debian: libisal2); an output with compression-level=4 is compressed by zlib and does without");
    }
    template <class Function>
    Function find(char const* name) const {
        auto* const found = ::dlsym(handle, name);
        if (!found) throw failure(std::string("this libisal has no ") + name);
        return reinterpret_cast<Function>(found);
    }
};

struct working_memory {
    isal_zstream stream{};
    std::array<std::uint8_t, ISAL_DEF_LVL2_DEFAULT> level{};  // its size decides where deflate's blocks end
};

class with_isal final : public deflater {
public:
    explicit with_isal(library const& isal) : isal_(isal) {}

    deflated run(std::string_view block) override {
        deflated out;
        out.crc = isal_.crc(0, bytes_of(block), block.size());
        out.bytes = piece(block.size() + block.size() / 8 + 4096);
        split_at_noise(
            block, [&](std::string_view text) { add(out.bytes, text); }, [&](std::string_view noise) { store(out.bytes, noise); });
        return out;
    }

private:
    /// ISA-L (2.30) computes the hash of a stream's third position from the *address* of the stream (igzip_icf_body: rcx at
    /// .write_first_byte), and by that finds a match or not: 4 of 60,000 addresses gave one block other bytes, so one build in thirty a
    /// layer of 1 GiB. As few bytes as these go another way through it, which has no such fault; sent ahead, they are the stream's
    /// beginning.
    static constexpr std::size_t few = 16;

    static std::uint8_t* bytes_of(std::string_view text) {
        return const_cast<std::uint8_t*>(reinterpret_cast<std::uint8_t const*>(text.data()));  // ISA-L only reads it
    }

    void add(piece& out, std::string_view text) const {
        // Begun anew each time; kept, for it is larger than most layers.
        thread_local auto const memory = std::make_unique<working_memory>();
        auto& stream = memory->stream;
        isal_.init(&stream);
        stream.level = 2;
        stream.level_buf = memory->level.data();
        stream.level_buf_size = static_cast<std::uint32_t>(memory->level.size());
        stream.end_of_stream = 0;
        auto const ahead = text.size() > few ? few : 0;
        if (ahead != 0) compress(stream, text.substr(0, ahead), SYNC_FLUSH, out);
        compress(stream, text.substr(ahead), FULL_FLUSH, out);
    }
    void compress(isal_zstream& stream, std::string_view text, std::uint16_t flush, piece& out) const {
        stream.flush = flush;
        stream.next_in = bytes_of(text);
        stream.avail_in = static_cast<std::uint32_t>(text.size());
        stream.next_out = reinterpret_cast<std::uint8_t*>(out.end());
        stream.avail_out = static_cast<std::uint32_t>(out.room());
        if (isal_.deflate(&stream) != COMP_OK || stream.avail_in != 0 || stream.avail_out == 0)
            throw failure("ISA-L did not compress a block");
        out.grow(out.room() - stream.avail_out);
    }
    /// RFC 1951, 3.2.4: no compression, of at most 65,535 bytes.
    static void store(piece& out, std::string_view part) {
        auto const size = part.size(), complement = ~size;
        auto const byte = [](std::size_t n) { return static_cast<char>(n & 0xff); };
        char const head[] = {0, byte(size), byte(size >> 8), byte(complement), byte(complement >> 8)};
        out.add({head, sizeof head});
        out.add(part);
    }

    library const& isal_;
};

}  // namespace deflate_isal_detail

CONSTAGE_INLINE std::string_view isal_obstacle() {
#ifdef __x86_64__
    // Not __builtin_cpu_supports(): it would examine the processor whenever the program starts, and virtual machines take long to answer.
    static bool const good = [] {
        unsigned a = 0, b = 0, c = 0, d = 0;
        return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_2);
    }();
    if (!good) return "this processor has no SSE4.2";
#endif
    return "";
}

CONSTAGE_INLINE std::unique_ptr<deflater> isal_deflater() {
    static deflate_isal_detail::library const isal;
    return std::make_unique<deflate_isal_detail::with_isal>(isal);
}

#else

CONSTAGE_INLINE std::string_view isal_obstacle() { return "built without ISA-L"; }

CONSTAGE_INLINE std::unique_ptr<deflater> isal_deflater() { throw failure("this program was built without ISA-L"); }

#endif

}  // namespace constage::oci

#endif
