// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_DESCRIPTOR_HPP_INCLUDED
#define CONSTAGE_SANDBOX_DESCRIPTOR_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/failure.hpp>

#include <string>
#include <utility>

namespace constage::sandbox {

/// An open file that is closed with its owner.
class descriptor {
public:
    descriptor() = default;
    explicit descriptor(int fd) : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~descriptor() { reset(); }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    void reset();

private:
    int fd_ = -1;
};

/// Read end, write end; both close on exec. Throws constage::failure.
std::pair<descriptor, descriptor> make_pipe();

/// "cannot ACTION: reason", the reason from errno.
failure cannot(std::string const& action);

/// Opens `path` (O_PATH) as if `root` were the root directory: no symlink and no `..` leads out of it. -1 and errno if it is not there.
descriptor open_in_root(int root, std::string const& path);

/// Where an open file is, as the kernel sees it. Throws constage::failure.
std::string path_of(descriptor const& open);

/// A whole file of any kind (/proc, /etc); empty if it cannot be read.
std::string slurp(std::string const& path);

/// A new file with exactly this content and mode. Throws constage::failure.
void write_new_file(std::string const& path, std::string const& content, unsigned mode);

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/descriptor.ipp>
#endif
#endif
