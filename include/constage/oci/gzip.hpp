// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_GZIP_HPP_INCLUDED
#define CONSTAGE_OCI_GZIP_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/oci/piece.hpp>

#include <array>
#include <functional>
#include <memory>
#include <string_view>

namespace constage::oci {

/// What compresses where no level is asked for: ISA-L, or zlib if there is an `isal_obstacle`. The two give different bytes.
inline constexpr std::array<std::string_view, 2> default_gzips{"ISA-L 2", "zlib 4"};
std::string_view default_gzip();

/// gzip as one member whose blocks (each below 1 GiB) are compressed by themselves, in up to `threads` threads; `sink` is called in the
/// thread that calls `push` and `finish`, in order. Equal blocks give equal bytes, whatever the number of threads. A level of 0 to 9 is
/// zlib's; a negative one is `default_gzip`.
class gzip_writer {
public:
    gzip_writer(int level, int threads, std::function<void(piece&&)> sink);
    ~gzip_writer();
    gzip_writer(gzip_writer const&) = delete;
    gzip_writer& operator=(gzip_writer const&) = delete;

    void push(piece&& block);
    void finish();

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/gzip.ipp>
#endif
#endif
