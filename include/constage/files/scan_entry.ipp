// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_SCAN_ENTRY_IPP_INCLUDED
#define CONSTAGE_FILES_SCAN_ENTRY_IPP_INCLUDED

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/scan_entry.hpp>
#include <constage/system_failure.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace constage::files::scan_entry {

namespace scan_entry_detail {

CONSTAGE_INLINE failure cannot_read(std::string const& full) {
    auto f = system_failure("read", full);
    if (errno == EACCES || errno == EPERM) f.hint = "make it readable, or name it in .dockerignore if the image does not need it";
    return f;
}

/// `list(buffer, size)` and `get(name, buffer, size)` are flistxattr and fgetxattr, or their path forms.
template <class List, class Get>
std::map<std::string, std::string> xattrs(List list, Get get) {
    std::map<std::string, std::string> result;
    std::string names(256, '\0');
    auto size = list(names.data(), names.size());
    while (size < 0 && errno == ERANGE) {
        names.resize(names.size() * 4);
        size = list(names.data(), names.size());
    }
    if (size <= 0) return result;
    names.resize(static_cast<std::size_t>(size));
    for (std::size_t at = 0; at < names.size(); at += std::strlen(names.data() + at) + 1) {
        auto const* name = names.data() + at;
        if (std::string_view(name) == "security.selinux") continue;
        std::string value(std::size_t{1} << 16, '\0');  // the largest that Linux knows
        auto const got = get(name, value.data(), value.size());
        if (got < 0) continue;
        value.resize(static_cast<std::size_t>(got));
        value.shrink_to_fit();
        result.emplace(name, std::move(value));
    }
    return result;
}

}  // namespace scan_entry_detail

CONSTAGE_INLINE descriptor::~descriptor() {
    if (fd >= 0) ::close(fd);
}

CONSTAGE_INLINE descriptor open_directory(int at, std::string const& name, std::string const& full) {
    descriptor d(::openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | (at == AT_FDCWD ? 0 : O_NOFOLLOW)));
    if (d.fd < 0) throw scan_entry_detail::cannot_read(full);
    return d;
}

/// With getdents64() itself: readdir() would cost five more system calls for every directory.
CONSTAGE_INLINE names::names(descriptor const& directory, std::string const& full) {
    alignas(dirent64) std::array<char, 1 << 15> buffer;
    for (;;) {
        auto const size = ::getdents64(directory.fd, buffer.data(), buffer.size());
        if (size < 0) throw scan_entry_detail::cannot_read(full);
        if (size == 0) break;
        for (ssize_t at = 0; at < size;) {
            auto const* entry = reinterpret_cast<dirent64 const*>(buffer.data() + at);
            std::string_view const name = entry->d_name;
            if (name != "." && name != "..") add(name);
            at += entry->d_reclen;
        }
    }
    sort();
}

CONSTAGE_INLINE void names::add(std::string_view name) {
    std::uint64_t first = 0;
    for (std::size_t i = 0; i != 8; ++i) first = first << 8 | (i < name.size() ? static_cast<unsigned char>(name[i]) : 0u);
    all_.push_back({first, text_.size(), name.size()});
    text_.append(name.data(), name.size()).push_back('\0');
}

CONSTAGE_INLINE void names::sort() {
    auto const text = [this](place const& p) { return std::string_view(text_).substr(p.begin, p.size); };
    std::sort(all_.begin(), all_.end(),
              [&](place const& a, place const& b) { return a.first != b.first ? a.first < b.first : text(a) < text(b); });
}

CONSTAGE_INLINE std::optional<struct stat> status(int at, char const* name, std::string const& full) {
    std::optional<struct stat> s(std::in_place);
    if (::fstatat(at, name, &*s, AT_SYMLINK_NOFOLLOW) == 0) return s;
    if (errno != ENOENT && errno != ENOTDIR) throw scan_entry_detail::cannot_read(full);
    s.reset();
    return s;
}

CONSTAGE_INLINE std::shared_ptr<node> make_node(int at, char const* name, struct stat const& s, std::string const& full) {
    auto n = std::make_shared<node>();
    n->mode = s.st_mode & 07777;
    n->mtime_ns = s.st_mtim.tv_sec * 1'000'000'000 + s.st_mtim.tv_nsec;
    switch (s.st_mode & S_IFMT) {
        case S_IFREG:
            n->size = static_cast<std::uint64_t>(s.st_size);
            break;
        case S_IFDIR:
            n->type = type::directory;
            break;
        case S_IFIFO:
            n->type = type::fifo;
            break;
        case S_IFSOCK:
            n->type = type::socket;
            break;
        case S_IFCHR:
        case S_IFBLK:
            n->type = S_ISCHR(s.st_mode) ? type::character : type::block;
            n->major = gnu_dev_major(s.st_rdev);
            n->minor = gnu_dev_minor(s.st_rdev);
            break;
        case S_IFLNK: {
            n->type = type::symlink;
            std::string target(4096, '\0');
            auto const size = ::readlinkat(at, name, target.data(), target.size());
            if (size < 0) throw scan_entry_detail::cannot_read(full);
            n->target.assign(target, 0, static_cast<std::size_t>(size));
            break;
        }
        default:
            throw failure("cannot read " + full + ": it is of a kind that constage does not know");
    }
    return n;
}

CONSTAGE_INLINE std::map<std::string, std::string> xattrs_of(std::string const& path) {
    return scan_entry_detail::xattrs(
        [&](char* buffer, std::size_t size) { return ::llistxattr(path.c_str(), buffer, size); },
        [&](char const* name, char* buffer, std::size_t size) { return ::lgetxattr(path.c_str(), name, buffer, size); });
}

CONSTAGE_INLINE std::map<std::string, std::string> xattrs_of(int fd) {
    return scan_entry_detail::xattrs([&](char* buffer, std::size_t size) { return ::flistxattr(fd, buffer, size); },
                                     [&](char const* name, char* buffer, std::size_t size) { return ::fgetxattr(fd, name, buffer, size); });
}

CONSTAGE_INLINE std::string_view overlay_mark(std::string_view xattr) {
    for (std::string_view const prefix : {"user.overlay.", "trusted.overlay."})
        if (xattr.starts_with(prefix)) return xattr.substr(prefix.size());
    return {};
}

CONSTAGE_INLINE std::uint64_t links::of(struct stat const& s) {
    auto& number = numbers_[{s.st_dev, s.st_ino}];
    if (!number) number = next_inode();
    return number;
}

}  // namespace constage::files::scan_entry

#endif
