// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_GZIP_IPP_INCLUDED
#define CONSTAGE_OCI_GZIP_IPP_INCLUDED

#include <zlib.h>

#include <constage/failure.hpp>
#include <constage/oci/gzip.hpp>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace constage::oci {

namespace gzip_detail {

struct block {
    std::string in, out;
    std::size_t size = 0;
    uLong crc = 0;
    bool done = false;
    std::exception_ptr error;
};

/// Says of a piece whether compressing it would be for nothing, as of archives, pictures and whatever is compressed already.
class prober {
public:
    prober() {
        if (deflateInit2(&stream_, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw failure("zlib cannot start: no memory");
    }
    ~prober() { deflateEnd(&stream_); }
    prober(prober const&) = delete;
    prober& operator=(prober const&) = delete;

    bool hopeless(std::string_view piece) {
        if (piece.size() < 4 * sample_size || !all_bytes_as_frequent(piece)) return false;
        return hopeless_sample(piece.substr(0, sample_size)) && hopeless_sample(piece.substr(piece.size() / 2, sample_size));
    }

private:
    static constexpr std::size_t sample_size = 4096;

    /// The chance that two bytes are equal is at most 5 % more than 1/256.
    static bool all_bytes_as_frequent(std::string_view piece) {
        std::array<std::uint64_t, 256> count{};
        for (auto const c : piece) ++count[static_cast<unsigned char>(c)];
        std::uint64_t sum = 0;
        for (auto const n : count) sum += n * n;
        std::uint64_t const size = piece.size();
        return (sum - size) * 256 / size * 100 <= size * 105;
    }
    bool hopeless_sample(std::string_view sample) {
        deflateReset(&stream_);
        stream_.next_in = const_cast<Bytef*>(reinterpret_cast<Bytef const*>(sample.data()));  // zlib does not write there
        stream_.avail_in = static_cast<uInt>(sample.size());
        stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
        stream_.avail_out = static_cast<uInt>(out_.size());
        return deflate(&stream_, Z_FINISH) == Z_STREAM_END && stream_.total_out > sample.size() * 98 / 100;
    }

    z_stream stream_{};
    std::array<char, 2 * sample_size> out_;
};

/// Compresses block after block, each from a fresh state.
class deflater {
public:
    explicit deflater(int level) : level_(level) {
        if (deflateInit2(&stream_, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw failure("zlib cannot start: no memory");
    }
    ~deflater() { deflateEnd(&stream_); }
    deflater(deflater const&) = delete;
    deflater& operator=(deflater const&) = delete;

    void run(block& b) {
        deflateReset(&stream_);
        use(level_);
        auto* const bytes = reinterpret_cast<Bytef*>(b.in.data());
        b.size = b.in.size();
        b.crc = crc32_z(crc32_z(0, nullptr, 0), bytes, b.size);
        b.out.resize(deflateBound(&stream_, static_cast<uLong>(b.size)) + 4096);
        stream_.next_out = reinterpret_cast<Bytef*>(b.out.data());
        stream_.avail_out = static_cast<uInt>(b.out.size());
        for (std::size_t at = 0; at < b.size; at += piece_size) {
            auto const piece = std::string_view(b.in).substr(at, piece_size);
            use(level_ != 0 && prober_.hopeless(piece) ? 0 : level_);
            stream_.next_in = bytes + at;
            stream_.avail_in = static_cast<uInt>(piece.size());
            if (deflate(&stream_, Z_NO_FLUSH) != Z_OK || stream_.avail_in != 0) throw failure("zlib did not compress a block");
        }
        // Ends at a byte, so that the next block can follow; the end of the stream is written once, by finish().
        if (deflate(&stream_, Z_SYNC_FLUSH) != Z_OK || stream_.avail_out == 0) throw failure("zlib did not compress a block");
        b.out.resize(b.out.size() - stream_.avail_out);
        b.in = std::string();
    }

private:
    static constexpr std::size_t piece_size = 64 * 1024;

    void use(int level) {
        if (level == now_) return;
        now_ = level;
        if (deflateParams(&stream_, level, Z_DEFAULT_STRATEGY) != Z_OK) throw failure("zlib does not change its level");
    }

    int level_, now_ = level_;
    prober prober_;
    z_stream stream_{};
};

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
            own = std::make_unique<gzip_detail::deflater>(level);
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
        std::unique_ptr<gzip_detail::deflater> mine;
        std::unique_lock lock(mutex);
        for (;;) {
            wake.wait(lock, [this] { return stop || !todo.empty(); });
            if (stop) return;
            auto* const b = todo.front();
            todo.pop_front();
            lock.unlock();
            try {
                if (!mine) mine = std::make_unique<gzip_detail::deflater>(level);
                mine->run(*b);
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
        sink(b.out);
        crc = crc32_combine(crc, b.crc, static_cast<z_off_t>(b.size));
        size += b.size;
    }

    int level;
    std::function<void(std::string_view)> sink;
    std::unique_ptr<gzip_detail::deflater> own;
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

CONSTAGE_INLINE gzip_writer::gzip_writer(int level, int threads, std::function<void(std::string_view)> sink)
    : state_(std::make_unique<state>(level, threads, std::move(sink))) {}
CONSTAGE_INLINE gzip_writer::~gzip_writer() = default;

CONSTAGE_INLINE void gzip_writer::push(std::string&& bytes) {
    auto& s = *state_;
    // No time, no name, no system: byte 9 is 255, "unknown".
    if (!std::exchange(s.begun, true)) s.sink(std::string_view("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10));
    auto b = std::make_unique<gzip_detail::block>();
    b->in = std::move(bytes);
    if (s.own) {
        s.own->run(*b);
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
