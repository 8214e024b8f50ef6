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

}  // namespace output_file_detail

CONSTAGE_INLINE output_file::output_file(std::string const& dest) : place_(output_file_detail::resolved(dest)) {
    static std::atomic<unsigned> count{0};
    if (dest == "-") {
        place_ = "standard output";
        fd_ = STDOUT_FILENO;
        own_ = false;
        return;
    }
    struct stat s {};
    if (::stat(place_.c_str(), &s) == 0 && !S_ISREG(s.st_mode)) {
        if (S_ISDIR(s.st_mode)) throw failure("cannot write " + place_ + ": it is a directory").with_hint("name a file");
        fd_ = ::open(place_.c_str(), O_WRONLY | O_CLOEXEC);
    } else {
        beside_ = place_ + "." + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".tmp";
        fd_ = ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd_ < 0) beside_.clear();
    }
    if (fd_ < 0) throw output_file_detail::cannot("write", place_);
}

CONSTAGE_INLINE output_file::~output_file() {
    if (own_ && fd_ >= 0) ::close(fd_);
    if (!beside_.empty()) ::unlink(beside_.c_str());
}

CONSTAGE_INLINE void output_file::write(std::string_view bytes) {
    while (!bytes.empty()) {
        auto const n = ::write(fd_, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw output_file_detail::cannot("write", place_);
        bytes.remove_prefix(static_cast<std::size_t>(n));
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
    if (own_)
        ::fallocate(fd_, FALLOC_FL_KEEP_SIZE, ::lseek(fd_, 0, SEEK_CUR), static_cast<off_t>(size));  // if it cannot, writing takes longer
    in_order writing([this](std::string_view bytes) { write(bytes); });                              // while the next piece is read
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
    auto const here = ::lseek(fd_, 0, SEEK_CUR);
    if (!own_ || here < 0 || size == 0) return false;
    file_clone_range range{};
    range.src_fd = from;
    range.src_length = size;
    range.dest_offset = static_cast<std::uint64_t>(here);
    return ::ioctl(fd_, FICLONERANGE, &range) == 0 && ::lseek(fd_, static_cast<off_t>(size), SEEK_CUR) >= 0;
}

CONSTAGE_INLINE void output_file::commit() {
    if (!own_) return;
    int const result = ::close(fd_);
    fd_ = -1;
    if (result != 0) throw output_file_detail::cannot("write", place_);
    if (beside_.empty()) return;
    if (::rename(beside_.c_str(), place_.c_str()) != 0) throw output_file_detail::cannot("write", place_);
    beside_.clear();
}

}  // namespace constage::oci

#endif
