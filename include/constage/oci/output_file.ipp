// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_OUTPUT_FILE_IPP_INCLUDED
#define CONSTAGE_OCI_OUTPUT_FILE_IPP_INCLUDED

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/oci/output_file.hpp>
#include <constage/system_failure.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

namespace constage::oci {

namespace output_file_detail {

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
    auto left = size;
    while (left > 0) {
        auto const n = ::copy_file_range(in.fd, nullptr, fd_, nullptr, static_cast<std::size_t>(left), 0);
        if (n <= 0) break;  // other file systems, pipes: below
        left -= static_cast<std::uint64_t>(n);
    }
    std::vector<char> buffer(left > 0 ? 1u << 20 : 0);
    while (left > 0) {
        auto const n = ::read(in.fd, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw output_file_detail::cannot("read", from);
        if (n == 0) throw failure(from + " became shorter while it was read");
        auto const piece = std::min(static_cast<std::uint64_t>(n), left);
        write({buffer.data(), static_cast<std::size_t>(piece)});
        left -= piece;
    }
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
