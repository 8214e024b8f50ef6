// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_GZIP_IPP_INCLUDED
#define CONSTAGE_OCI_GZIP_IPP_INCLUDED

#include <zlib.h>

#include <constage/detail/batch_thread.hpp>
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
    piece in;
    std::size_t size = 0;
    deflated out;
    bool done = false;
    std::exception_ptr error;

    void compress(deflater& with) {
        out = with.run(in.view());
        in = piece();
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

    state(int l, int threads, std::function<void(piece&&)> s)
        : level(l), most_workers(threads > 1 ? static_cast<std::size_t>(threads) : 0), sink(std::move(s)) {}
    ~state() {
        {
            std::lock_guard const lock(mutex);
            stop = true;
        }
        wake.notify_all();
        for (auto& w : workers) w.join();
    }

    void work() {
        detail::be_a_batch_thread();
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
    void write(block& b) {
        sink(std::move(b.out.bytes));
        crc = crc32_combine(crc, b.out.crc, static_cast<z_off_t>(b.size));
        size += b.size;
    }

    /// There is one thread more for every block, until there are enough.
    void hand_out(block& b) {
        {
            std::lock_guard const lock(mutex);
            todo.push_back(&b);
        }
        if (workers.size() != most_workers) workers.emplace_back([this] { work(); });
        wake.notify_one();
    }

    /// In this thread.
    void compress(block& b) {
        if (!own) own = gzip_detail::deflater_of(level);
        b.compress(*own);
        b.done = true;
    }

    int level;
    std::size_t const most_workers;
    std::function<void(piece&&)> sink;
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

CONSTAGE_INLINE gzip_writer::gzip_writer(int level, int threads, std::function<void(piece&&)> sink)
    : state_(std::make_unique<state>(level, threads, std::move(sink))) {}
CONSTAGE_INLINE gzip_writer::~gzip_writer() = default;

CONSTAGE_INLINE void gzip_writer::push(piece&& bytes) {
    auto& s = *state_;
    // No time, no name, no system: byte 9 is 255, "unknown".
    if (!std::exchange(s.begun, true)) s.sink(piece(std::string_view("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10)));
    auto b = std::make_unique<gzip_detail::block>();
    b->in = std::move(bytes);
    b->size = b->in.size();
    if (s.most_workers == 0) {
        s.compress(*b);
        s.write(*b);
        return;
    }
    s.blocks.push_back(std::move(b));
    if (s.workers.empty() && s.blocks.size() == 1) return;  // alone it is no work for a thread
    if (s.workers.empty()) s.hand_out(*s.blocks.front());
    s.hand_out(*s.blocks.back());
    if (s.blocks.size() >= 2 * s.most_workers + 2) s.emit();
}

CONSTAGE_INLINE void gzip_writer::finish() {
    auto& s = *state_;
    if (!s.begun) push({});
    if (s.workers.empty() && !s.blocks.empty()) s.compress(*s.blocks.front());
    while (!s.blocks.empty()) s.emit();
    std::string end("\x03\0", 2);  // an empty last block
    gzip_detail::append_little_endian(end, s.crc);
    gzip_detail::append_little_endian(end, s.size);
    s.sink(piece(end));
}

}  // namespace constage::oci

#endif
