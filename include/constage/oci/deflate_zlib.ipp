// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_DEFLATE_ZLIB_IPP_INCLUDED
#define CONSTAGE_OCI_DEFLATE_ZLIB_IPP_INCLUDED

#include <zlib.h>

#include <constage/failure.hpp>
#include <constage/oci/deflate_zlib.hpp>
#include <constage/oci/incompressible.hpp>

#include <cstddef>
#include <cstdint>

namespace constage::oci {

namespace deflate_zlib_detail {

inline Bytef* bytes_of(std::string_view text) {
    return const_cast<Bytef*>(reinterpret_cast<Bytef const*>(text.data()));  // zlib does not write to its input
}

class with_zlib final : public deflater {
public:
    explicit with_zlib(int level) : level_(level) {
        if (deflateInit2(&stream_, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw failure("zlib cannot start: no memory");
    }
    ~with_zlib() override { deflateEnd(&stream_); }

    deflated run(std::string_view block) override {
        deflateReset(&stream_);
        use(level_);
        deflated out;
        out.crc = static_cast<std::uint32_t>(crc32_z(crc32_z(0, nullptr, 0), bytes_of(block), block.size()));
        out.bytes = piece(deflateBound(&stream_, static_cast<uLong>(block.size())) + 4096);
        stream_.next_out = reinterpret_cast<Bytef*>(out.bytes.end());
        stream_.avail_out = static_cast<uInt>(out.bytes.room());
        if (level_ == 0 && !block.empty())
            add(block);
        else if (level_ != 0)
            split_at_noise(
                block,
                [&](std::string_view text) {
                    use(level_);
                    add(text);
                },
                [&](std::string_view noise) {
                    use(0);
                    add(noise);
                });
        if (deflate(&stream_, Z_SYNC_FLUSH) != Z_OK || stream_.avail_out == 0) throw failure("zlib did not compress a block");
        out.bytes.grow(out.bytes.room() - stream_.avail_out);
        return out;
    }

private:
    void add(std::string_view part) {
        stream_.next_in = bytes_of(part);
        stream_.avail_in = static_cast<uInt>(part.size());
        if (deflate(&stream_, Z_NO_FLUSH) != Z_OK || stream_.avail_in != 0) throw failure("zlib did not compress a block");
    }
    void use(int level) {
        if (level == now_) return;
        now_ = level;
        if (deflateParams(&stream_, level, Z_DEFAULT_STRATEGY) != Z_OK) throw failure("zlib does not change its level");
    }

    int level_, now_ = level_;
    z_stream stream_{};
};

}  // namespace deflate_zlib_detail

CONSTAGE_INLINE std::unique_ptr<deflater> zlib_deflater(int level) { return std::make_unique<deflate_zlib_detail::with_zlib>(level); }

}  // namespace constage::oci

#endif
