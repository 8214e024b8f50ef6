// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_OUTPUT_FILE_IPP_INCLUDED
#define CONSTAGE_OCI_OUTPUT_FILE_IPP_INCLUDED

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/oci/in_order.hpp>
#include <constage/oci/output_file.hpp>
#include <constage/system_failure.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace constage::oci {

namespace output_file_detail {

/// Larger ones make the kernel look for larger pages, which takes longer than it saves.
inline constexpr std::size_t piece_size = std::size_t{512} << 10;

CONSTAGE_INLINE failure cannot(std::string const& action, std::string const& path) {
    bool const absent = errno == ENOENT;
    return system_failure(action, path).with_hint(absent ? "make its directory first" : "");
}

/// A link is kept, and what it means is replaced.
CONSTAGE_INLINE std::string resolved(std::string const& dest) {
    std::error_code error;
    if (!std::filesystem::is_symlink(dest, error)) return dest;
    auto const real = std::filesystem::weakly_canonical(dest, error);
    return error ? dest : real.string();
}

CONSTAGE_INLINE bool is_file_or_absent(std::string const& place) {
    struct stat s {};
    return ::stat(place.c_str(), &s) != 0 || S_ISREG(s.st_mode);
}

/// In the directory of `place`; -1 if the file system has no such files.
CONSTAGE_INLINE int open_unnamed(std::string const& place) {
    auto const folder = place.substr(0, place.rfind('/') + 1);
    if (::access("/proc/self/fd", X_OK) != 0) return -1;
    return ::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
}

CONSTAGE_INLINE std::string name_beside(std::string const& place) {
    static std::atomic<unsigned> count{0};
    return place + "." + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".tmp";
}

}  // namespace output_file_detail

CONSTAGE_INLINE output_file::output_file(std::string const& dest) : place_(output_file_detail::resolved(dest)) {
    if (dest == "-") {
        place_ = "standard output";
        fd_ = STDOUT_FILENO;
        own_ = false;
        return;
    }
    whole_ = output_file_detail::is_file_or_absent(place_);
    if (whole_)
        open_beside();
    else if (std::error_code ignored; std::filesystem::is_directory(place_, ignored))
        throw failure("cannot write " + place_ + ": it is a directory").with_hint("name a file");
    else
        fd_ = ::open(place_.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd_ < 0) throw output_file_detail::cannot("write", place_);
}

CONSTAGE_INLINE bool output_file::can_be_hidden(std::string const& dest) {
    auto const place = output_file_detail::resolved(dest);
    if (dest == "-" || !output_file_detail::is_file_or_absent(place)) return false;
    int const fd = output_file_detail::open_unnamed(place);
    if (fd >= 0) ::close(fd);
    return fd >= 0;
}

CONSTAGE_INLINE void output_file::open_beside() {
    fd_ = output_file_detail::open_unnamed(place_);
    if (fd_ >= 0) return;
    beside_ = output_file_detail::name_beside(place_);
    fd_ = ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd_ < 0) beside_.clear();
}

CONSTAGE_INLINE output_file::~output_file() {
    if (own_ && fd_ >= 0) ::close(fd_);
    if (!beside_.empty()) ::unlink(beside_.c_str());
}

CONSTAGE_INLINE void output_file::write(std::string_view bytes) {
    if (whole_) room_.grow(fd_, size_, static_cast<off_t>(bytes.size()));
    while (!bytes.empty()) {
        auto const n = ::write(fd_, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw output_file_detail::cannot("write", place_);
        bytes.remove_prefix(static_cast<std::size_t>(n));
        size_ += n;
    }
}

CONSTAGE_INLINE void output_file::cut(std::uint64_t size) {
    size_ = static_cast<off_t>(size);
    room_ = {};
    if (::ftruncate(fd_, size_) != 0 || ::lseek(fd_, size_, SEEK_SET) < 0) throw output_file_detail::cannot("write", place_);
}

CONSTAGE_INLINE void output_file::rewrite(std::uint64_t at, std::string_view bytes) {
    while (!bytes.empty()) {
        auto const n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw output_file_detail::cannot("write", place_);
        bytes.remove_prefix(static_cast<std::size_t>(n));
        at += static_cast<std::uint64_t>(n);
    }
}

CONSTAGE_INLINE void output_file::copy(std::string const& from, std::uint64_t size) {
    struct handle {
        int fd;
        ~handle() {
            if (fd >= 0) ::close(fd);
        }
    } const in{::open(from.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat s {};
    if (in.fd < 0 || ::fstat(in.fd, &s) != 0) throw output_file_detail::cannot("read", from);
    if (static_cast<std::uint64_t>(s.st_size) != size)
        throw failure(from + " has " + std::to_string(s.st_size) + " bytes, but it must have " + std::to_string(size) + ": it is damaged")
            .with_hint("delete this file and build again");
    if (share(in.fd, size)) return;
    if (whole_) room_.take(fd_, size_, static_cast<off_t>(size));
    in_order writing([this](std::string_view bytes) { write(bytes); });  // while the next piece is read
    for (auto left = size; left > 0;) {
        piece next(static_cast<std::size_t>(std::min<std::uint64_t>(left, output_file_detail::piece_size)));
        auto const n = ::read(in.fd, next.end(), next.room());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw output_file_detail::cannot("read", from);
        if (n == 0) throw failure(from + " became shorter while it was read");
        next.grow(static_cast<std::size_t>(n));
        left -= static_cast<std::uint64_t>(n);
        writing.push(std::move(next));
    }
    writing.finish();
}

/// What comes next is a whole file: file systems that share blocks (btrfs, XFS) have nothing to copy, if it begins at a block.
CONSTAGE_INLINE bool output_file::share(int from, std::uint64_t size) {
    if (!whole_ || size == 0) return false;
    file_clone_range range{};
    range.src_fd = from;
    range.src_length = size;
    range.dest_offset = static_cast<std::uint64_t>(size_);
    if (::ioctl(fd_, FICLONERANGE, &range) != 0) return false;
    size_ += static_cast<off_t>(size);
    return ::lseek(fd_, size_, SEEK_SET) >= 0;
}

CONSTAGE_INLINE void output_file::commit() {
    if (!own_) return;
    using namespace output_file_detail;
    if (whole_ && !room_.give_back(fd_, size_)) throw cannot("write", place_);
    if (whole_ && beside_.empty()) {
        auto const self = "/proc/self/fd/" + std::to_string(fd_);
        auto name = name_beside(place_);
        while (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
            if (errno != EEXIST) throw cannot("write", place_);
            name = name_beside(place_);  // of a process that was killed just here, and had our number
        }
        beside_ = std::move(name);
    }
    int const result = ::close(fd_);
    fd_ = -1;
    if (result != 0) throw cannot("write", place_);
    if (beside_.empty()) return;
    if (::rename(beside_.c_str(), place_.c_str()) != 0) throw cannot("write", place_);
    beside_.clear();
}

}  // namespace constage::oci

#endif
