// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_ARCHIVE_IPP_INCLUDED
#define CONSTAGE_FILES_ARCHIVE_IPP_INCLUDED

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/archive.hpp>
#include <constage/files/archive_tree.hpp>
#include <constage/files/decompressor.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/scan_entry.hpp>
#include <constage/system_failure.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

namespace constage::files {

namespace archive_detail {

inline constexpr std::size_t longest_target = 4095;  // of a symlink, as Linux has it

struct closer {
    void operator()(archive* a) const { archive_read_free(a); }
};
using handle = std::unique_ptr<archive, closer>;

CONSTAGE_INLINE int open(archive* a, std::string const& path) { return archive_read_open_filename(a, path.c_str(), 1 << 17); }

/// What libarchive asks for the next bytes.
CONSTAGE_INLINE la_ssize_t read_ahead(archive* a, void* from, void const** bytes) noexcept {
    auto& source = *static_cast<decompressor*>(from);
    auto const next = source.next();
    if (next.empty() && !source.error().empty()) {
        archive_set_error(a, EIO, "%s", source.error().c_str());
        return ARCHIVE_FATAL;
    }
    *bytes = next.data();
    return static_cast<la_ssize_t>(next.size());
}

class reader {
public:
    /// `write`: contents into files.
    reader(std::string const& path, std::string const& directory, bool write, bool layer, archive_limits const& limits,
           std::stop_token stop)
        : path_(path),
          directory_(directory),
          write_(write),
          limits_(limits),
          stop_(std::move(stop)),
          ahead_(decompressor::of_large_file(path)),
          archive_(new_archive_reader()),
          tree_(layer, path) {
        if ((ahead_ ? archive_read_open(archive_.get(), ahead_.get(), nullptr, read_ahead, nullptr) : open(archive_.get(), path)) !=
            ARCHIVE_OK)
            damaged();
    }

    diff run() {
        if (write_) make_directory();
        archive_entry* e = nullptr;
        while (next(e)) {
            check_stop();
            if (++entries_ > limits_.entries) beyond(limits_.entries, "entries", "--max-entries N");
            entry(e);
            count(e);
        }
        return tree_.take();
    }

private:
    failure unreadable(std::string const& why) const { return failure("the archive " + path_ + " cannot be read: " + why); }
    [[noreturn]] void damaged(std::string const& why) const {
        throw unreadable(why).with_hint("it is damaged or was cut off: make it again, or fetch it again");
    }
    [[noreturn]] void damaged() const {
        auto const* text = archive_error_string(archive_.get());
        std::string const why = text ? text : "unknown error";
        auto const code = archive_errno(archive_.get());
        if (code > 0 && code != EILSEQ && code != EINVAL) throw unreadable(why);  // the machine's error
        damaged(why);
    }

    [[noreturn]] void beyond(std::uint64_t limit, char const* what, char const* option) const {
        throw failure("the archive " + path_ + " holds more than " + std::to_string(limit) + " " + what)
            .with_hint(std::string("it may be made to fill your disk; if you trust it, raise the limit with ") + option);
    }

    void check_stop() const {
        if (stop_.stop_requested()) throw failure("cancelled");
    }

    /// What an entry takes besides its content. Bytes that are skipped (of headers, whiteouts, links) cost time only.
    void count(archive_entry* e) {
        auto const length = [](char const* text) { return text ? std::strlen(text) : 0; };
        metadata_ += length(archive_entry_pathname(e)) + length(archive_entry_symlink(e)) + xattrs_;
        if (metadata_ > limits_.metadata)
            throw failure("the archive " + path_ + " holds more than " + std::to_string(limits_.metadata) +
                          " bytes of names and attributes");
        auto const headers = limits_.metadata + entries_ * 1024, read = static_cast<std::uint64_t>(archive_filter_bytes(archive_.get(), 0));
        if (read > headers && read - headers > limits_.bytes) beyond(limits_.bytes, "bytes", "--max-unpacked BYTES");
    }

    void make_directory() const {
        std::error_code error;
        std::filesystem::create_directories(directory_, error);
        if (error) throw system_failure("make the directory", directory_, error.value());
    }

    bool next(archive_entry*& e) {
        auto const result = archive_read_next_header(archive_.get(), &e);
        if (result == ARCHIVE_EOF) return false;
        // A warning (names that this locale cannot show, unknown pax words) leaves a good entry.
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN) damaged();
        return true;
    }

    /// The bytes of the name; under a locale that cannot show it, libarchive has it in UTF-8 only.
    std::string text(char const* plain, char const* utf8, char const* what) const {
        if (!plain) plain = utf8;
        if (!plain) damaged(std::string("an entry has no ") + what);
        return plain;
    }

    void entry(archive_entry* e) {
        auto const name = text(archive_entry_pathname(e), archive_entry_pathname_utf8(e), "name");
        if (archive_entry_hardlink(e) || archive_entry_hardlink_utf8(e)) {
            // The link's own header comes last, so its attributes win: as they do for whoever unpacks entry by entry.
            if (auto const n = tree_.link(name, text(archive_entry_hardlink(e), archive_entry_hardlink_utf8(e), "link"));
                n->type == type::file)
                metadata(e, *n, name);
            return;
        }
        auto n = std::make_shared<node>();
        switch (archive_entry_filetype(e)) {
            case AE_IFREG:
                break;
            case AE_IFDIR:
                n->type = type::directory;
                break;
            case AE_IFIFO:
                n->type = type::fifo;
                break;
            case AE_IFLNK:
                n->type = type::symlink;
                n->target = text(archive_entry_symlink(e), archive_entry_symlink_utf8(e), "target");
                if (n->target.empty() || n->target.size() > longest_target) damaged("the target of \"" + name + "\" is no path");
                break;
            case AE_IFCHR:
            case AE_IFBLK:
                n->type = archive_entry_filetype(e) == AE_IFCHR ? type::character : type::block;
                n->major = static_cast<std::uint32_t>(archive_entry_rdevmajor(e));
                n->minor = static_cast<std::uint32_t>(archive_entry_rdevminor(e));
                break;
            default:
                damaged("\"" + name + "\" is of a kind that constage does not know");
        }
        metadata(e, *n, name);
        if (n->type == type::symlink) n->mode = 0777;  // Linux has no other
        if (n->type == type::file && !tree_.is_mark(name)) content(e, *n, name);
        tree_.put(name, std::move(n));
    }

    void metadata(archive_entry* e, node& n, std::string const& name) {
        n.mode = archive_entry_perm(e) & 07777;
        n.uid = id(archive_entry_uid(e), name);
        n.gid = id(archive_entry_gid(e), name);
        auto const seconds = archive_entry_mtime(e);
        // Beyond 64 bits of nanoseconds (the year 2262) a time is not one.
        if (seconds > -9'000'000'000 && seconds < 9'000'000'000) n.mtime_ns = seconds * 1'000'000'000 + archive_entry_mtime_nsec(e);
        char const* key = nullptr;
        void const* value = nullptr;
        std::size_t size = 0;
        xattrs_ = 0;
        archive_entry_xattr_reset(e);
        while (archive_entry_xattr_next(e, &key, &value, &size) == ARCHIVE_OK)
            // An overlay's own marks would change what the layer below shows.
            if (key && scan_entry::overlay_mark(key).empty()) {
                n.xattrs[key] = std::string(static_cast<char const*>(value), size);
                xattrs_ += size;
            }
    }
    std::uint32_t id(std::int64_t value, std::string const& name) const {
        if (value < 0 || value > 0xffffffff) damaged("the owner of \"" + name + "\" is no number of 32 bits");
        return static_cast<std::uint32_t>(value);
    }

    void content(archive_entry* e, node& n, std::string const& name) {
        auto const size = archive_entry_size(e);
        if (size < 0 || static_cast<std::uint64_t>(size) > limits_.bytes - bytes_) beyond(limits_.bytes, "bytes", "--max-unpacked BYTES");
        n.size = static_cast<std::uint64_t>(size);
        bytes_ += n.size;
        if (size == 0) {
            n.content.digest = empty_;
            return;
        }
        n.content.path = directory_ + "/" + std::to_string(++files_);
        scan_entry::descriptor const out(write_ ? ::open(n.content.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1);
        if (write_ && out.fd < 0) throw system_failure("write", n.content.path);
        void const* block = nullptr;
        std::size_t length = 0;
        std::int64_t offset = 0, at = 0;
        for (int result; (result = archive_read_data_block(archive_.get(), &block, &length, &offset)) != ARCHIVE_EOF;) {
            if (result != ARCHIVE_OK && result != ARCHIVE_WARN) damaged();
            if (offset < at || offset > size || length > static_cast<std::size_t>(size - offset))
                damaged("the pieces of \"" + name + "\" do not fit");
            check_stop();
            hash_zeros(static_cast<std::uint64_t>(offset - at));
            hash_.update({static_cast<char const*>(block), length});
            if (write_) write(out.fd, static_cast<char const*>(block), length, offset, n.content.path);
            at = offset + static_cast<std::int64_t>(length);
        }
        hash_zeros(static_cast<std::uint64_t>(size - at));
        if (write_ && at < size && ::ftruncate(out.fd, size) != 0) throw system_failure("write", n.content.path);
        n.content.digest = hash_.finish_raw();
    }

    void write(int fd, char const* bytes, std::size_t size, std::int64_t offset, std::string const& path) {
        while (size > 0) {
            auto const n = ::pwrite(fd, bytes, size, offset);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) throw system_failure("write", path);
            bytes += n;
            size -= static_cast<std::size_t>(n);
            offset += n;
        }
    }
    void hash_zeros(std::uint64_t count) {
        std::string const zeros(static_cast<std::size_t>(std::min<std::uint64_t>(count, 1 << 17)), '\0');
        for (; count > 0; count -= std::min<std::uint64_t>(count, zeros.size()))
            check_stop(),
                hash_.update(std::string_view(zeros).substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(count, zeros.size()))));
    }

    std::string path_, directory_;
    bool write_;
    archive_limits limits_;
    std::stop_token stop_;
    std::unique_ptr<decompressor> ahead_;
    handle archive_;
    archive_tree tree_;
    hasher hash_;
    file_digest const empty_ = digest_of("");
    std::uint64_t entries_ = 0, bytes_ = 0, files_ = 0, metadata_ = 0, xattrs_ = 0;
};

}  // namespace archive_detail

CONSTAGE_INLINE ::archive* new_archive_reader() {
    auto* const a = archive_read_new();
    if (!a) throw failure("libarchive cannot start: no memory");
    support_compressions(a);
    archive_read_support_format_tar(a);
    return a;
}

CONSTAGE_INLINE bool is_archive(std::string const& path) {
    struct stat s {};
    if (::stat(path.c_str(), &s) != 0 || !S_ISREG(s.st_mode) || s.st_size == 0) return false;
    archive_detail::handle const a(new_archive_reader());
    if (archive_detail::open(a.get(), path) != ARCHIVE_OK) return false;
    archive_entry* e = nullptr;
    auto const result = archive_read_next_header(a.get(), &e);
    // One good header decides, as in BuildKit: blocks of zeros, an empty tar, are a file.
    return result == ARCHIVE_OK || result == ARCHIVE_WARN;
}

CONSTAGE_INLINE diff read_archive(std::string const& path, std::string const& content_directory, bool layer, archive_limits const& limits,
                                  std::stop_token stop) {
    return archive_detail::reader(path, content_directory, true, layer, limits, std::move(stop)).run();
}

CONSTAGE_INLINE diff list_archive(std::string const& path, std::string const& content_directory, bool layer, archive_limits const& limits,
                                  std::stop_token stop) {
    return archive_detail::reader(path, content_directory, false, layer, limits, std::move(stop)).run();
}

}  // namespace constage::files

#endif
