// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_DEFLATE_ISAL_IPP_INCLUDED
#define CONSTAGE_OCI_DEFLATE_ISAL_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/oci/deflate_isal.hpp>

#ifdef CONSTAGE_ISAL
#ifdef __x86_64__
#include <cpuid.h>
#endif
#include <dlfcn.h>
#include <isa-l.h>

#include <array>
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
        auto* const bytes = const_cast<std::uint8_t*>(reinterpret_cast<std::uint8_t const*>(block.data()));  // only read
        deflated out;
        out.crc = isal_.crc(0, bytes, block.size());
        out.bytes = piece(block.size() + block.size() / 8 + 4096);
        // Begun anew for each block; kept, for it is larger than most layers.
        thread_local auto const memory = std::make_unique<working_memory>();
        auto& stream = memory->stream;
        isal_.init(&stream);
        stream.level = 2;
        stream.level_buf = memory->level.data();
        stream.level_buf_size = static_cast<std::uint32_t>(memory->level.size());
        stream.end_of_stream = 0;
        stream.flush = FULL_FLUSH;
        stream.next_in = bytes;
        stream.avail_in = static_cast<std::uint32_t>(block.size());
        stream.next_out = reinterpret_cast<std::uint8_t*>(out.bytes.end());
        stream.avail_out = static_cast<std::uint32_t>(out.bytes.room());
        if (isal_.deflate(&stream) != COMP_OK || stream.avail_in != 0 || stream.avail_out == 0)
            throw failure("ISA-L did not compress a block");
        out.bytes.grow(out.bytes.room() - stream.avail_out);
        return out;
    }

private:
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
