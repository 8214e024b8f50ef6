// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_PLACE_IPP_INCLUDED
#define CONSTAGE_FILES_PLACE_IPP_INCLUDED

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <constage/files/place.hpp>
#include <constage/system_failure.hpp>

#include <algorithm>
#include <cerrno>

namespace constage::files {

namespace place_detail {

inline constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

CONSTAGE_INLINE bool below(std::string_view path, std::string_view directory) {
    return directory.empty() || (path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/'));
}

CONSTAGE_INLINE void write_all(int fd, std::string_view bytes, std::string const& path) {
    while (!bytes.empty()) {
        auto const n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw system_failure("write", path);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

/// In the kernel if the two file systems allow it, else by hand. Returns how many bytes there were.
CONSTAGE_INLINE std::uint64_t copy_bytes(int from, int to, std::string const& source, std::string const& target) {
    std::uint64_t total = 0;
    for (;;) {
        auto const n = ::copy_file_range(from, nullptr, to, nullptr, std::size_t{1} << 30, 0);
        if (n > 0) {
            total += static_cast<std::uint64_t>(n);
            continue;
        }
        if (n == 0) return total;
        if (errno == ENOSPC || errno == EDQUOT || errno == EIO) throw system_failure("write", target);
        break;
    }
    std::string buffer(1 << 17, '\0');
    for (;;) {
        auto const n = ::read(from, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw system_failure("read", source);
        if (n == 0) return total;
        write_all(to, std::string_view(buffer).substr(0, static_cast<std::size_t>(n)), target);
        total += static_cast<std::uint64_t>(n);
    }
}

}  // namespace place_detail

CONSTAGE_INLINE place::place(std::string const& root, bool exact) : root_path_(root), exact_(exact) {
    levels_.push_back({scan_entry::descriptor(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), "", nullptr});
    if (fd() < 0) throw system_failure("open the directory", root);
}

CONSTAGE_INLINE void place::cannot(std::string const& action, std::string const& path) const {
    bool const owners = exact_ && (errno == EPERM || errno == EINVAL);
    throw system_failure(action, root_path_ + "/" + path)
        .with_hint(owners ? "owners other than yourself need root or a user namespace (/etc/subuid, newuidmap)" : "");
}

CONSTAGE_INLINE std::array<timespec, 2> place::times(node const& n) {
    timespec t{};
    t.tv_sec = n.mtime_ns / 1'000'000'000 - (n.mtime_ns % 1'000'000'000 < 0 ? 1 : 0);
    t.tv_nsec = n.mtime_ns - t.tv_sec * 1'000'000'000;
    return {t, t};
}

CONSTAGE_INLINE void place::set_metadata(int to, node const& n, std::string const& path) const {
    if (exact_ && ::fchown(to, n.uid, n.gid) != 0) cannot("set the owner of", path);
    if (::fchmod(to, n.mode & (exact_ ? 07777u : 0777u)) != 0) cannot("set the mode of", path);
    // After the owner: a change of owner takes capabilities away. Not every file system has every xattr (C014: best effort).
    if (exact_)
        for (auto const& [key, value] : n.xattrs) ::fsetxattr(to, key.c_str(), value.data(), value.size(), 0);
    auto const t = times(n);
    if (::futimens(to, t.data()) != 0) cannot("set the time of", path);
}

CONSTAGE_INLINE void place::leave() {
    auto const& l = levels_.back();
    if (l.metadata) set_metadata(l.directory.fd, *l.metadata, l.path);
    levels_.pop_back();
}

CONSTAGE_INLINE void place::finish() {
    while (levels_.size() > 1) leave();
    auto const& top = levels_.front();
    if (top.metadata) set_metadata(top.directory.fd, *top.metadata, "");
}

/// One directory further down.
CONSTAGE_INLINE void place::step(std::string const& name, std::string const& path) {
    scan_entry::descriptor d(::openat(fd(), name.c_str(), place_detail::directory_flags));
    if (d.fd < 0 && !exact_ && (errno == ELOOP || errno == ENOTDIR)) {  // a symlink or file that was there before
        if (::unlinkat(fd(), name.c_str(), 0) != 0) cannot("replace", path);
        errno = ENOENT;
    }
    if (d.fd < 0 && errno == ENOENT) {
        if (::mkdirat(fd(), name.c_str(), 0755) != 0) cannot("make the directory", path);
        d = scan_entry::descriptor(::openat(fd(), name.c_str(), place_detail::directory_flags));
        if (d.fd >= 0 && ::fchmod(d.fd, 0755) != 0) cannot("make the directory", path);
    }
    if (d.fd < 0) cannot("open the directory", path);
    levels_.push_back({std::move(d), path, nullptr});
}

CONSTAGE_INLINE void place::enter(std::string_view path) {
    while (levels_.size() > 1 && !place_detail::below(path, levels_.back().path)) leave();
    while (levels_.back().path.size() < path.size()) {
        auto const done = levels_.back().path.size();
        auto const begin = done ? done + 1 : 0;
        auto const end = std::min(path.find('/', begin), path.size());
        step(std::string(path.substr(begin, end - begin)), std::string(path.substr(0, end)));
    }
}

CONSTAGE_INLINE std::string place::enter_parent(std::string const& path) {
    auto const slash = path.rfind('/');
    enter(slash == std::string::npos ? std::string_view() : std::string_view(path).substr(0, slash));
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

CONSTAGE_INLINE void place::enter_directory(std::string const& path, node const& n) {
    enter(path);
    levels_.back().metadata = &n;
}

CONSTAGE_INLINE void place::make_room(std::string const& name, std::string const& path) {
    if (::unlinkat(fd(), name.c_str(), 0) == 0 || errno == ENOENT) return;
    if (errno == EISDIR)
        throw failure("cannot replace the directory " + root_path_ + "/" + path + " with a file").with_hint("choose an empty directory");
    cannot("replace", path);
}

CONSTAGE_INLINE void place::write_file(node const& n, std::string const& name, std::string const& path) {
    scan_entry::descriptor const d(::openat(fd(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (d.fd < 0) cannot("write", path);
    copy_content(d.fd, n, path);
    set_metadata(d.fd, n, path);
}

CONSTAGE_INLINE void place::copy_content(int to, node const& n, std::string const& path) const {
    auto const full = root_path_ + "/" + path;
    auto const& source = n.content.path;
    if (source.empty()) {
        place_detail::write_all(to, n.content.text, full);
        return;
    }
    scan_entry::descriptor const from(::open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (from.fd < 0) throw system_failure("read", source);
    struct stat s {};
    bool same = ::fstat(from.fd, &s) == 0 && S_ISREG(s.st_mode) && static_cast<std::uint64_t>(s.st_size) == n.size;
    if (same && ::ioctl(to, FICLONE, from.fd) != 0) same = place_detail::copy_bytes(from.fd, to, source, full) == n.size;
    if (!same) throw failure(source + " changed while the image was built").with_hint("build again when nothing writes to it");
}

}  // namespace constage::files

#endif
