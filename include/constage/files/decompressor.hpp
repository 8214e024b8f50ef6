// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_DECOMPRESSOR_HPP_INCLUDED
#define CONSTAGE_FILES_DECOMPRESSOR_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <array>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

struct archive;  // libarchive's

namespace constage::files {

/// Makes a libarchive reader know the compressions that libarchive decodes itself (some of its filters start other programs).
void support_compressions(::archive* reader);

/// The bytes of a file that may be compressed, decompressed in a thread of its own: whoever reads them hashes and writes meanwhile. (A RUN
/// on a Debian base of 50 MB from a registry, two processors, cold: 1.5 s instead of 1.9.)
class decompressor {
public:
    /// For a file that takes longer than starting a thread does, 256 KiB; null: it is smaller, or there is one processor, or no thread to
    /// be had, so it had better be read without.
    static std::unique_ptr<decompressor> of_large_file(std::string const& path);

    /// std::system_error if the machine gives no thread. What is wrong with the file comes out of next().
    explicit decompressor(std::string const& path);
    ~decompressor();
    decompressor(decompressor const&) = delete;
    decompressor& operator=(decompressor const&) = delete;

    /// At most 256 KiB, good until the next call; empty: the end, or an error().
    std::string_view next();
    /// In libarchive's words; empty if there is none. To be asked after next() came to an end.
    std::string const& error() const { return error_; }

private:
    struct block {
        std::unique_ptr<char[]> bytes;
        std::size_t size = 0;
    };
    struct freed {
        void operator()(::archive* a) const;
    };

    void run();
    void make_blocks();
    bool open();
    bool fill(block& b);
    bool failed(int result);

    std::string path_;
    std::unique_ptr<::archive, freed> in_;
    std::string_view rest_;  ///< of what libarchive gave last
    std::string error_;
    std::array<block, 8> ring_;
    std::mutex guard_;
    std::condition_variable changed_;
    std::size_t made_ = 0, given_back_ = 0;  ///< blocks; if `reading_`, number `given_back_` is being read
    bool reading_ = false, end_ = false, stop_ = false;
    std::jthread thread_;  // last: it uses the others
};

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/decompressor.ipp>
#endif
#endif
