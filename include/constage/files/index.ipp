// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_INDEX_IPP_INCLUDED
#define CONSTAGE_FILES_INDEX_IPP_INCLUDED

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/files/index.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace constage::files {

namespace index_detail {

/// The file is this mark and then records, sorted by device and inode, in the machine's byte order (a foreign one has no valid check).
inline constexpr std::string_view magic = "constage files 2";
/// More than this is not carried on: what is gone from the disk would stay for ever.
inline constexpr std::size_t most_records = 2'000'000;
inline constexpr std::int64_t slack_ns = 2'000'000'000;

struct record {
    std::uint64_t device, inode, size;
    std::int64_t mtime_ns, ctime_ns;
    file_digest::bytes digest;
    std::uint64_t check;

    std::uint64_t sum() const {
        std::array<std::uint64_t, offsetof(record, check) / 8> words;
        std::memcpy(words.data(), this, sizeof words);
        std::uint64_t h = 0x9e3779b97f4a7c15;
        for (auto const word : words) h = (h ^ word) * 0xff51afd7ed558ccd, h ^= h >> 32;
        return h;
    }
    bool before(std::uint64_t d, std::uint64_t i) const { return device != d ? device < d : inode < i; }
};
static_assert(sizeof(record) == 80);

CONSTAGE_INLINE std::int64_t nanoseconds(timespec const& t) { return t.tv_sec * 1'000'000'000 + t.tv_nsec; }

CONSTAGE_INLINE bool same_file(record const& r, struct stat const& s) {
    return r.device == s.st_dev && r.inode == s.st_ino && r.size == static_cast<std::uint64_t>(s.st_size) &&
           r.mtime_ns == nanoseconds(s.st_mtim) && r.ctime_ns == nanoseconds(s.st_ctim);
}

/// The index file as it is on the disk now.
class mapping {
public:
    explicit mapping(std::string const& path) {
        int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) return;
        struct stat s {};
        if (::fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && static_cast<std::size_t>(s.st_size) > magic.size() &&
            (static_cast<std::size_t>(s.st_size) - magic.size()) % sizeof(record) == 0) {
            size_ = static_cast<std::size_t>(s.st_size);
            data_ = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd, 0);
        }
        ::close(fd);
        if (data_ != MAP_FAILED && std::memcmp(data_, magic.data(), magic.size()) != 0) release();
    }
    ~mapping() { release(); }
    mapping(mapping const&) = delete;
    mapping& operator=(mapping const&) = delete;

    record const* begin() const {
        return data_ == MAP_FAILED ? nullptr : reinterpret_cast<record const*>(static_cast<char const*>(data_) + magic.size());
    }
    record const* end() const { return data_ == MAP_FAILED ? nullptr : begin() + (size_ - magic.size()) / sizeof(record); }
    record const* find(struct stat const& s) const {
        // Files of one directory often lie one after the other.
        thread_local std::ptrdiff_t guess = 0;
        auto const* r = begin() + std::min(guess, end() - begin());
        if (r == end() || r->device != s.st_dev || r->inode != s.st_ino)
            r = std::partition_point(begin(), end(), [&](record const& x) { return x.before(s.st_dev, s.st_ino); });
        guess = r - begin() + 1;
        return r != end() && same_file(*r, s) && r->check == r->sum() ? r : nullptr;
    }

private:
    void release() {
        if (data_ != MAP_FAILED) ::munmap(data_, size_);
        data_ = MAP_FAILED;
    }
    void* data_ = MAP_FAILED;
    std::size_t size_ = 0;
};

CONSTAGE_INLINE bool write_records(std::string const& path, std::string const& temporary, std::vector<record> const& records) {
    auto* const file = std::fopen(temporary.c_str(), "wbe");
    if (!file) return false;
    bool good = std::fwrite(magic.data(), magic.size(), 1, file) == 1 &&
                std::fwrite(records.data(), sizeof(record), records.size(), file) == records.size();
    good = std::fclose(file) == 0 && good;
    if (good && std::rename(temporary.c_str(), path.c_str()) == 0) return true;
    std::remove(temporary.c_str());
    return false;
}

}  // namespace index_detail

struct file_index::state {
    explicit state(std::string p) : path(std::move(p)), mapped(path) {}

    std::string path;
    index_detail::mapping mapped;
    std::mutex mutex;
    bool changed = false;
    std::unordered_map<std::uint64_t, index_detail::record> added;  // by inode; of two devices with one number the later stays
};

CONSTAGE_INLINE file_index::file_index(std::string path) : state_(std::make_unique<state>(std::move(path))) {}
CONSTAGE_INLINE file_index::~file_index() {
    try {
        save();
    } catch (...) {  // bad_alloc: only time is lost
    }
}

CONSTAGE_INLINE std::optional<file_digest> file_index::find(struct stat const& s) const {
    if (auto const* r = state_->mapped.find(s)) return file_digest(r->digest);
    std::lock_guard const lock(state_->mutex);
    auto const found = state_->added.find(s.st_ino);
    if (found == state_->added.end() || !index_detail::same_file(found->second, s)) return std::nullopt;
    return file_digest(found->second.digest);
}

CONSTAGE_INLINE void file_index::remember(struct stat const& s, file_digest const& digest) {
    auto const now = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    // Written so short a time ago, it may be written again without a new ctime.
    if (digest.empty() || index_detail::nanoseconds(s.st_ctim) > now - index_detail::slack_ns) return;
    index_detail::record r{s.st_dev,
                           s.st_ino,
                           static_cast<std::uint64_t>(s.st_size),
                           index_detail::nanoseconds(s.st_mtim),
                           index_detail::nanoseconds(s.st_ctim),
                           digest.raw(),
                           0};
    r.check = r.sum();
    std::lock_guard const lock(state_->mutex);
    state_->added[s.st_ino] = r;
    state_->changed = true;
}

CONSTAGE_INLINE bool file_index::changed() const {
    std::lock_guard const lock(state_->mutex);
    return state_->changed;
}

CONSTAGE_INLINE void file_index::save() { save(state_->path + "." + std::to_string(::getpid())); }

CONSTAGE_INLINE void file_index::save(std::string const& temporary) {
    std::lock_guard const lock(state_->mutex);
    if (!std::exchange(state_->changed, false)) return;
    std::vector<index_detail::record> records;
    for (auto const& [inode, r] : state_->added) records.push_back(r);
    auto const before = [](index_detail::record const& a, index_detail::record const& b) { return a.before(b.device, b.inode); };
    std::sort(records.begin(), records.end(), before);
    // Another process may have saved since we read: what is there now is merged, ours wins.
    index_detail::mapping const now(state_->path);
    if (static_cast<std::size_t>(now.end() - now.begin()) + records.size() <= index_detail::most_records) {
        std::vector<index_detail::record> all;
        // Of equals, set_union takes the one of the first range.
        std::set_union(records.begin(), records.end(), now.begin(), now.end(), std::back_inserter(all), before);
        records = std::move(all);
    }
    // The additions stay: `find` still reads the old mapping. They are few against what was mapped.
    index_detail::write_records(state_->path, temporary, records);
}

}  // namespace constage::files

#endif
