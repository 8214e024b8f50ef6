// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_LAYER_IPP_INCLUDED
#define CONSTAGE_OCI_LAYER_IPP_INCLUDED

#include <zstd.h>

#include <constage/detail/processors.hpp>
#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/gzip.hpp>
#include <constage/oci/in_order.hpp>
#include <constage/oci/layer.hpp>
#include <constage/oci/tar.hpp>

#include <algorithm>
#include <memory>
#include <thread>

namespace constage::oci {

namespace layer_detail {

inline constexpr int default_zstd_level = 3;
/// Fixed: libzstd's own choice of job size follows the level, and jobs are where the bytes change.
inline constexpr int zstd_job_size = 4 << 20;

class zstd_writer {
public:
    zstd_writer(int level, int threads, std::function<void(piece&&)> sink) : context_(ZSTD_createCCtx()), sink_(std::move(sink)) {
        set(ZSTD_c_compressionLevel, level);
        set(ZSTD_c_checksumFlag, 1);
        // One worker too: without workers libzstd compresses to other bytes than with one or more.
        set(ZSTD_c_nbWorkers, std::max(threads, 1));
        set(ZSTD_c_jobSize, zstd_job_size);
        set(ZSTD_c_overlapLog, 6);
    }
    void push(piece&& block) { run(block.view(), ZSTD_e_continue); }
    void finish() { run({}, ZSTD_e_end); }

private:
    void set(ZSTD_cParameter what, int value) {
        if (ZSTD_isError(ZSTD_CCtx_setParameter(context_.get(), what, value)))
            throw failure("this libzstd cannot compress in threads, or not at the level that was asked for").with_hint("use gzip");
    }
    void run(std::string_view bytes, ZSTD_EndDirective end) {
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        for (;;) {
            piece made(ZSTD_CStreamOutSize());
            ZSTD_outBuffer out{made.end(), made.room(), 0};
            auto const left = ZSTD_compressStream2(context_.get(), &out, &in, end);
            if (ZSTD_isError(left)) throw failure(std::string("libzstd: ") + ZSTD_getErrorName(left));
            made.grow(out.pos);
            if (out.pos) sink_(std::move(made));
            if (end == ZSTD_e_end ? left == 0 : in.pos == in.size) return;
        }
    }
    struct free_context {
        void operator()(ZSTD_CCtx* c) const { ZSTD_freeCCtx(c); }
    };
    std::unique_ptr<ZSTD_CCtx, free_context> context_;
    std::function<void(piece&&)> sink_;
};

class plain_writer {
public:
    explicit plain_writer(std::function<void(piece&&)> sink) : sink_(std::move(sink)) {}
    void push(piece&& block) { sink_(std::move(block)); }
    void finish() {}

private:
    std::function<void(piece&&)> sink_;
};

template <class Writer>
void write(files::diff const& changes, std::optional<std::int64_t> clamp, std::vector<std::pair<std::string, std::uint64_t>>* sizes,
           files::file_index const* index, Writer& out, layer_result& result) {
    files::hasher tar;
    write_tar(
        changes, clamp,
        [&](piece&& block) {
            tar.update(block.view());
            result.uncompressed += block.size();
            out.push(std::move(block));
        },
        sizes, index);
    out.finish();
    result.diff_id = tar.finish();
}

}  // namespace layer_detail

CONSTAGE_INLINE layer_result write_layer(files::diff const& changes, compression how, int level, int threads,
                                         std::function<void(std::string_view)> const& sink, std::optional<std::int64_t> clamp_mtime_seconds,
                                         std::vector<std::pair<std::string, std::uint64_t>>* entry_sizes, files::file_index const* index) {
    layer_result result;
    if (threads <= 0) threads = static_cast<int>(detail::processors());
    in_order written([&](std::string_view bytes) {
        result.size += bytes.size();
        sink(bytes);
    });
    auto const take = [&](piece&& bytes) { written.push(std::move(bytes)); };
    std::string const tar = "application/vnd.oci.image.layer.v1.tar";
    if (how == compression::gzip) {
        if (level > 9) throw failure("gzip has no compression level " + std::to_string(level)).with_hint("use 0 to 9").as_usage();
        gzip_writer out(level, threads, take);
        layer_detail::write(changes, clamp_mtime_seconds, entry_sizes, index, out, result);
        result.media_type = tar + "+gzip";
    } else if (how == compression::zstd) {
        if (level > 22) throw failure("zstd has no compression level " + std::to_string(level)).with_hint("use 1 to 22").as_usage();
        layer_detail::zstd_writer out(level < 0 ? layer_detail::default_zstd_level : level, threads, take);
        layer_detail::write(changes, clamp_mtime_seconds, entry_sizes, index, out, result);
        result.media_type = tar + "+zstd";
    } else {
        layer_detail::plain_writer out(take);
        layer_detail::write(changes, clamp_mtime_seconds, entry_sizes, index, out, result);
        result.media_type = tar;
    }
    written.finish();
    return result;
}

}  // namespace constage::oci

#endif
