// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_DISK_USAGE_IPP_INCLUDED
#define CONSTAGE_ENGINE_DISK_USAGE_IPP_INCLUDED

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include <constage/engine/disk_usage.hpp>

#include <filesystem>

namespace constage::engine {

CONSTAGE_INLINE std::uint64_t disk_usage::of(std::string const& path) {
    struct stat s {};
    if (::lstat(path.c_str(), &s) != 0) return 0;
    auto sum = static_cast<std::uint64_t>(s.st_blocks) * 512;
    if (!S_ISDIR(s.st_mode)) {
        if (s.st_nlink < 2) return sum;
        auto const seen = ++names_[{s.st_dev, s.st_ino}];
        return seen == (counted_ == at::first_name ? 1 : s.st_nlink) ? sum : 0;
    }
    std::error_code error;
    for (auto const& entry : std::filesystem::directory_iterator(path, error)) sum += of(entry.path().string());
    return sum;
}

CONSTAGE_INLINE std::int64_t last_used(std::string const& path) {
    struct stat s {};
    return ::lstat(path.c_str(), &s) == 0 ? s.st_mtime : 0;
}

CONSTAGE_INLINE void mark_used(std::string const& path) noexcept {
    struct stat s {};
    if (::lstat(path.c_str(), &s) != 0 || ::time(nullptr) - s.st_mtime < 300) return;
    (void)::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
}

}  // namespace constage::engine

#endif
