// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_GZIP_IPP_INCLUDED
#define CONSTAGE_OCI_GZIP_IPP_INCLUDED

#include <zlib.h>

#include <constage/oci/deflate_isal.hpp>
#include <constage/oci/deflate_zlib.hpp>
#include <constage/oci/gzip.hpp>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace constage::oci {

namespace gzip_detail {

/// The knee of zlib's curve. A tar of 83 MB of programs and headers: level 1 1.65 s and 30.2 MB, 4 2.23 s and 27.8 MB, 6 3.54 s and 26.9
/// MB. (CPU seconds.) Another level is another name in default_gzips.
inline constexpr int default_zlib_level = 4;

struct block {
    std::string in;
    std::size_t size = 0;
    deflated out;
    bool done = false;
    std::exception_ptr error;

    void compress(deflater& with) {
        out = with.run(in);
        in = std::string();
    }
};

CONSTAGE_INLINE std::unique_ptr<deflater> deflater_of(int level) {
    if (level >= 0) return zlib_deflater(level);
    return isal_obstacle().empty() ? isal_deflater() : zlib_deflater(default_zlib_level);
}

CONSTAGE_INLINE void append_little_endian(std::string& out, std::uint64_t value) {
    for (int i = 0; i < 4; ++i, value >>= 8) out += static_cast<char>(value & 0xff);
}

}  // namespace gzip_detail

struct gzip_writer::state {
    using block = gzip_detail::block;

    state(int l, int threads, std::function<void(std::string_view)> s) : level(l), sink(std::move(s)) {
        if (threads > 1)
            for (int i = 0; i < threads; ++i) workers.emplace_back([this] { work(); });
        else
            own = gzip_detail::deflater_of(level);
    }
    ~state() {
        {
            std::lock_guard const lock(mutex);
            stop = true;
        }
        wake.notify_all();
        for (auto& w : workers) w.join();
    }

    void work() {
        std::unique_ptr<deflater> mine;
        std::unique_lock lock(mutex);
        for (;;) {
            wake.wait(lock, [this] { return stop || !todo.empty(); });
            if (stop) return;
            auto* const b = todo.front();
            todo.pop_front();
            lock.unlock();
            try {
                if (!mine) mine = gzip_detail::deflater_of(level);
                b->compress(*mine);
            } catch (...) { b->error = std::current_exception(); }
            lock.lock();
            b->done = true;
            done.notify_one();
        }
    }

    /// Writes the oldest block, when it is done.
    void emit() {
        auto& b = *blocks.front();
        {
            std::unique_lock lock(mutex);
            done.wait(lock, [&] { return b.done; });
        }
        if (b.error) std::rethrow_exception(b.error);
        write(b);
        blocks.pop_front();
    }
    void write(block const& b) {
        sink(b.out.bytes);
        crc = crc32_combine(crc, b.out.crc, static_cast<z_off_t>(b.size));
        size += b.size;
    }

    int level;
    std::function<void(std::string_view)> sink;
    std::unique_ptr<deflater> own;
    uLong crc = 0;
    std::uint64_t size = 0;
    bool begun = false;

    std::deque<std::unique_ptr<block>> blocks;  // in order; touched by the caller's thread only
    std::mutex mutex;
    std::condition_variable wake, done;
    std::deque<block*> todo;
    bool stop = false;
    std::vector<std::thread> workers;
};

CONSTAGE_INLINE std::string_view default_gzip() { return default_gzips[isal_obstacle().empty() ? 0 : 1]; }

CONSTAGE_INLINE gzip_writer::gzip_writer(int level, int threads, std::function<void(std::string_view)> sink)
    : state_(std::make_unique<state>(level, threads, std::move(sink))) {}
CONSTAGE_INLINE gzip_writer::~gzip_writer() = default;

CONSTAGE_INLINE void gzip_writer::push(std::string&& bytes) {
    auto& s = *state_;
    // No time, no name, no system: byte 9 is 255, "unknown".
    if (!std::exchange(s.begun, true)) s.sink(std::string_view("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10));
    auto b = std::make_unique<gzip_detail::block>();
    b->in = std::move(bytes);
    b->size = b->in.size();
    if (s.own) {
        b->compress(*s.own);
        s.write(*b);
        return;
    }
    s.blocks.push_back(std::move(b));
    {
        std::lock_guard const lock(s.mutex);
        s.todo.push_back(s.blocks.back().get());
    }
    s.wake.notify_one();
    if (s.blocks.size() >= 2 * s.workers.size() + 2) s.emit();
}

CONSTAGE_INLINE void gzip_writer::finish() {
    auto& s = *state_;
    if (!s.begun) push({});
    while (!s.blocks.empty()) s.emit();
    std::string end("\x03\0", 2);  // an empty last block
    gzip_detail::append_little_endian(end, s.crc);
    gzip_detail::append_little_endian(end, s.size);
    s.sink(end);
}

}  // namespace constage::oci

#endif
