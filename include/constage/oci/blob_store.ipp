// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_BLOB_STORE_IPP_INCLUDED
#define CONSTAGE_OCI_BLOB_STORE_IPP_INCLUDED

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/detail/file_room.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/blob_store.hpp>
#include <constage/system_failure.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace constage::oci {

namespace blob_store_detail {

/// A file without a name (O_TMPFILE) where the file system has them: nothing can remain of it. Elsewhere a name that a lock protects, so
/// that a later writer can tell what a killed process left behind.
class file_writer final : public blob_store::writer {
public:
    explicit file_writer(std::string folder) : folder_(std::move(folder)) {
        std::error_code ignored;  // the next line says why, if it matters
        std::filesystem::create_directories(folder_, ignored);
        if (::access("/proc/self/fd", X_OK) == 0) fd_ = ::open(folder_.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644);
        if (fd_ < 0) open_named();
    }
    file_writer(file_writer const&) = delete;
    file_writer& operator=(file_writer const&) = delete;
    ~file_writer() override {
        if (!name_.empty()) ::unlink(name_.c_str());
        ::close(fd_);
    }

    void write(std::string_view bytes) override {
        hash_.update(bytes);
        room_.grow(fd_, size_, static_cast<off_t>(bytes.size()));
        while (!bytes.empty()) {
            auto const n = ::write(fd_, bytes.data(), bytes.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) throw system_failure("write a blob to", folder_);
            bytes.remove_prefix(static_cast<std::size_t>(n));
            size_ += n;
        }
    }

    std::string commit(std::string const& expected) override {
        auto const digest = hash_.finish();
        if (!expected.empty() && digest != expected)
            throw failure("the content is " + digest + ", but it must be " + expected)
                .with_hint("the source is damaged or not what it claims to be: get it anew");
        if (!room_.give_back(fd_, size_)) throw system_failure("write a blob to", folder_);
        auto const target = folder_ + "/" + digest.substr(7);
        if (!name_.empty()) {
            if (::rename(name_.c_str(), target.c_str()) != 0) throw system_failure("write", target);
            name_.clear();
            return digest;
        }
        auto const self = "/proc/self/fd/" + std::to_string(fd_);
        struct stat ours {
        }, there{};
        while (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, target.c_str(), AT_SYMLINK_FOLLOW) != 0) {
            if (errno != EEXIST) throw system_failure("write", target);
            if (::fstat(fd_, &ours) == 0 && ::stat(target.c_str(), &there) == 0 && ours.st_size == there.st_size) break;
            if (::unlink(target.c_str()) != 0 && errno != ENOENT) throw system_failure("replace", target);
        }
        return digest;
    }

private:
    void open_named() {
        static std::atomic<unsigned> count{0};
        sweep();
        for (;;) {
            name_ = folder_ + "/incoming-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
            fd_ = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
            if (fd_ < 0 && errno == EEXIST) continue;
            if (fd_ < 0) throw system_failure("write to", folder_);
            struct stat s {};
            if (::flock(fd_, LOCK_EX) == 0 && ::fstat(fd_, &s) == 0 && s.st_nlink == 1) return;  // else: swept before it was locked
            ::close(fd_);
        }
    }
    void sweep() const {
        std::error_code ignored;
        for (auto const& entry : std::filesystem::directory_iterator(folder_, ignored)) {
            if (!entry.path().filename().string().starts_with("incoming-")) continue;
            int const fd = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
            if (fd >= 0 && ::flock(fd, LOCK_EX | LOCK_NB) == 0) ::unlink(entry.path().c_str());
            if (fd >= 0) ::close(fd);
        }
    }

    std::string folder_, name_;
    int fd_ = -1;
    off_t size_ = 0;
    detail::file_room room_;
    files::hasher hash_;
};

}  // namespace blob_store_detail

CONSTAGE_INLINE std::string blob_place(std::string const& digest) { return "blobs/sha256/" + digest.substr(7); }

CONSTAGE_INLINE blob_store::blob_store(std::string root) : root_(std::move(root)) {}

CONSTAGE_INLINE std::string blob_store::path(std::string const& digest) const {
    // A digest comes from documents of others and becomes a path here.
    if (!files::is_digest(digest)) throw failure("\"" + digest + "\" is no sha256 digest");
    return root_ + "/" + blob_place(digest);
}

CONSTAGE_INLINE bool blob_store::has(std::string const& digest, std::optional<std::uint64_t> size) const {
    struct stat s {};
    return ::stat(path(digest).c_str(), &s) == 0 && S_ISREG(s.st_mode) && (!size || static_cast<std::uint64_t>(s.st_size) == *size);
}

CONSTAGE_INLINE std::string blob_store::read(std::string const& digest, std::uint64_t limit) const {
    auto const file = path(digest);
    int const fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw system_failure("read the blob", file);
    struct closer {
        int fd;
        ~closer() { ::close(fd); }
    } const guard{fd};
    std::string bytes;
    char buffer[32768];
    for (;;) {
        auto const n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw system_failure("read the blob", file);
        if (n == 0) break;
        bytes.append(buffer, static_cast<std::size_t>(n));
        if (bytes.size() > limit) throw failure("the blob " + digest + " is larger than " + std::to_string(limit) + " bytes");
    }
    if (files::digest_of(bytes) != digest) throw failure("the blob " + file + " is damaged").with_hint("delete this file and build again");
    return bytes;
}

CONSTAGE_INLINE std::string blob_store::put(std::string_view bytes) {
    auto const digest = files::digest_of(bytes);
    if (has(digest, bytes.size())) return digest;
    auto const to = begin();
    to->write(bytes);
    return to->commit(digest);
}

CONSTAGE_INLINE std::unique_ptr<blob_store::writer> blob_store::begin() {
    return std::make_unique<blob_store_detail::file_writer>(root_ + "/blobs/sha256");
}

}  // namespace constage::oci

#endif
