// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_SCAN_ENTRY_HPP_INCLUDED
#define CONSTAGE_FILES_SCAN_ENTRY_HPP_INCLUDED

#include <constage/files/tree.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct stat;

/// What is common to reading a context and an overlay's upper directory: one directory, one entry.
namespace constage::files::scan_entry {

/// Owns an open file.
struct descriptor {
    int fd = -1;
    descriptor() = default;
    explicit descriptor(int number) : fd(number) {}
    descriptor(descriptor&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(fd, other.fd);
        return *this;
    }
    ~descriptor();
};

/// Throws constage::failure that names `full`; a symlink is not followed unless `at` is AT_FDCWD.
descriptor open_directory(int at, std::string const& name, std::string const& full);
/// The names of a directory's entries, sorted by bytes. One string for all of them: a context has many.
class names {
public:
    names() = default;
    /// Throws constage::failure that names `full`.
    names(descriptor const& directory, std::string const& full);

    void add(std::string_view name);
    /// To be called after the last add().
    void sort();

    std::size_t size() const { return all_.size(); }
    /// A zero follows it.
    std::string_view operator[](std::size_t i) const { return {text_.data() + all_[i].begin, all_[i].size}; }

private:
    /// Most names differ in their first eight bytes: as a number these are compared at once.
    struct place {
        std::uint64_t first;
        std::size_t begin, size;
    };
    std::string text_;
    std::vector<place> all_;
};

/// Of the entry itself, no symlink followed. None: there is no such entry. Throws constage::failure that names `full`.
std::optional<struct stat> status(int at, char const* name, std::string const& full);
/// Type, mode, time, size, device numbers and symlink target; owner 0:0.
std::shared_ptr<node> make_node(int at, char const* name, struct stat const& s, std::string const& full);

/// All xattrs but the host's SELinux label. File systems without xattrs have none.
std::map<std::string, std::string> xattrs_of(std::string const& path);
/// The same of an open file.
std::map<std::string, std::string> xattrs_of(int fd);
/// "opaque" of "user.overlay.opaque" and "trusted.overlay.opaque"; empty: not overlay's.
std::string_view overlay_mark(std::string_view xattr);

/// One number for each inode of the disk.
class links {
public:
    std::uint64_t of(struct stat const& s);

private:
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> numbers_;
};

}  // namespace constage::files::scan_entry

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/scan_entry.ipp>
#endif
#endif
