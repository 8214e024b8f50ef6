// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_DECOMPRESSOR_IPP_INCLUDED
#define CONSTAGE_FILES_DECOMPRESSOR_IPP_INCLUDED

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <constage/detail/helper_threads.hpp>
#include <constage/detail/processors.hpp>
#include <constage/failure.hpp>
#include <constage/files/decompressor.hpp>

#include <cstdint>
#include <cstring>
#include <exception>
#include <system_error>
#include <utility>

namespace constage::files {

namespace decompressor_detail {

inline constexpr std::size_t block_size = std::size_t{256} << 10;

}  // namespace decompressor_detail

CONSTAGE_INLINE void support_compressions(::archive* reader) {
    for (auto* support : {archive_read_support_filter_gzip, archive_read_support_filter_bzip2, archive_read_support_filter_xz,
                          archive_read_support_filter_lzma, archive_read_support_filter_zstd})
        support(reader);
}

CONSTAGE_INLINE void decompressor::freed::operator()(::archive* a) const { archive_read_free(a); }

CONSTAGE_INLINE decompressor::decompressor(std::string const& path) : path_(path), in_(archive_read_new()) {
    if (!in_) throw failure("libarchive cannot start: no memory");
    support_compressions(in_.get());
    archive_read_support_format_raw(in_.get());
    archive_read_support_format_empty(in_.get());
    for (auto& b : ring_) b.bytes = std::make_unique_for_overwrite<char[]>(decompressor_detail::block_size);
    thread_ = std::jthread([this] { run(); });
    detail::leave_this_processor(thread_);
}

CONSTAGE_INLINE std::unique_ptr<decompressor> decompressor::of_large_file(std::string const& path) {
    struct stat s {};
    if (detail::processors() < 2 || ::stat(path.c_str(), &s) != 0 || s.st_size < static_cast<off_t>(decompressor_detail::block_size))
        return nullptr;
    try {
        return std::make_unique<decompressor>(path);
    } catch (std::system_error const&) { return nullptr; }
}

CONSTAGE_INLINE decompressor::~decompressor() {
    {
        std::lock_guard const hold(guard_);
        stop_ = true;
    }
    changed_.notify_all();
}

CONSTAGE_INLINE std::string_view decompressor::next() {
    std::unique_lock hold(guard_);
    if (reading_) {
        ++given_back_;
        reading_ = false;
        changed_.notify_all();
    }
    changed_.wait(hold, [this] { return end_ || made_ > given_back_; });
    if (made_ == given_back_) return {};
    reading_ = true;
    auto const& b = ring_[given_back_ % ring_.size()];
    return {b.bytes.get(), b.size};
}

CONSTAGE_INLINE void decompressor::run() {
    std::string problem;
    try {
        make_blocks();
    } catch (std::exception const& e) { problem = e.what(); }  // no memory
    std::lock_guard const hold(guard_);
    if (error_.empty()) error_ = std::move(problem);
    end_ = true;
    changed_.notify_all();
}

/// Blocks that are made and not given back are the other thread's, and all else is this one's: so they are filled without the lock.
CONSTAGE_INLINE void decompressor::make_blocks() {
    bool more = open();
    std::unique_lock hold(guard_);
    while (more) {
        changed_.wait(hold, [this] { return stop_ || made_ - given_back_ < ring_.size(); });
        if (stop_) return;
        auto& b = ring_[made_ % ring_.size()];
        hold.unlock();
        more = fill(b);
        hold.lock();
        if (b.size > 0) ++made_;
        changed_.notify_all();
    }
}

CONSTAGE_INLINE bool decompressor::open() {
    archive_entry* only = nullptr;
    return !failed(archive_read_open_filename(in_.get(), path_.c_str(), decompressor_detail::block_size / 2)) &&
           !failed(archive_read_next_header(in_.get(), &only));
}

/// False: this is the last block.
CONSTAGE_INLINE bool decompressor::fill(block& b) {
    b.size = 0;
    while (b.size < decompressor_detail::block_size) {
        if (rest_.empty()) {
            void const* bytes = nullptr;
            std::size_t length = 0;
            std::int64_t offset = 0;
            if (failed(archive_read_data_block(in_.get(), &bytes, &length, &offset))) return false;
            if (length == 0) continue;
            rest_ = {static_cast<char const*>(bytes), length};
        }
        auto const part = rest_.substr(0, decompressor_detail::block_size - b.size);
        std::memcpy(b.bytes.get() + b.size, part.data(), part.size());
        b.size += part.size();
        rest_.remove_prefix(part.size());
    }
    return true;
}

/// The end counts, too.
CONSTAGE_INLINE bool decompressor::failed(int result) {
    if (result == ARCHIVE_OK || result == ARCHIVE_WARN) return false;
    if (result == ARCHIVE_EOF) return true;
    auto const* why = archive_error_string(in_.get());
    error_ = why ? why : "unknown error";
    return true;
}

}  // namespace constage::files

#endif
