// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_BUNDLE_IPP_INCLUDED
#define CONSTAGE_OCI_BUNDLE_IPP_INCLUDED

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/archive.hpp>
#include <constage/oci/bundle.hpp>
#include <constage/system_failure.hpp>

#include <cerrno>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace constage::oci {

namespace bundle_detail {

inline constexpr std::size_t most_entries = 1'000'000;
inline constexpr std::size_t small = 1u << 20;       // files up to this size are kept when the archive is indexed
inline constexpr std::size_t most_kept = 64u << 20;  // all of them together

/// "./a//b" → "a/b"; none if it has a "..".
CONSTAGE_INLINE std::optional<std::string> clean(std::string_view name) {
    std::string result;
    while (!name.empty()) {
        auto const slash = std::min(name.find('/'), name.size());
        auto const part = name.substr(0, slash);
        name.remove_prefix(std::min(slash + 1, name.size()));
        if (part == "..") return std::nullopt;
        if (part.empty() || part == ".") continue;
        if (!result.empty()) result += '/';
        result += part;
    }
    return result;
}

/// The name that a relative symlink at `from` means inside the archive.
CONSTAGE_INLINE std::string join(std::string const& from, std::string_view target) {
    auto folder = target.starts_with('/') ? std::string() : from.substr(0, from.rfind('/') == std::string::npos ? 0 : from.rfind('/'));
    while (target.starts_with("../")) {
        target.remove_prefix(3);
        folder.resize(folder.rfind('/') == std::string::npos ? 0 : folder.rfind('/'));
    }
    return folder + "/" + std::string(target);
}

class directory final : public bundle {
public:
    explicit directory(std::string path) : path_(std::move(path)) {}

    std::optional<std::uint64_t> size(std::string const& name) const override {
        struct stat s {};
        auto const inside = clean(name);
        if (!inside || ::stat((path_ + "/" + *inside).c_str(), &s) != 0 || !S_ISREG(s.st_mode)) return std::nullopt;
        return static_cast<std::uint64_t>(s.st_size);
    }
    void stream(std::string const& name, sink const& to) const override {
        if (!size(name)) throw failure(path_ + " lacks " + name);
        auto const file = path_ + "/" + *clean(name);
        struct handle {
            int fd;
            ~handle() {
                if (fd >= 0) ::close(fd);
            }
        } const in{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
        std::size_t const room = 256u << 10;
        auto const buffer = std::make_unique_for_overwrite<char[]>(room);
        for (;;) {
            auto const n = in.fd < 0 ? -1 : ::read(in.fd, buffer.get(), room);
            if (n < 0 && in.fd >= 0 && errno == EINTR) continue;
            if (n < 0) throw system_failure("read", file);
            if (n == 0) return;
            to({buffer.get(), static_cast<std::size_t>(n)});
        }
    }

private:
    std::string path_;
};

/// Indexed once; large files are found again by skipping from header to header, which in a plain tar are seeks.
class tar final : public bundle {
public:
    explicit tar(std::string path) : path_(std::move(path)) {
        reader in(path_);
        std::size_t kept = 0;
        while (auto* e = in.next()) {
            auto const name = clean(text(archive_entry_pathname(e)));
            if (!name) continue;
            if (entries_.size() == most_entries) throw failure(path_ + " has too many entries");
            entry found;
            if (auto const* link = archive_entry_hardlink(e))
                found.link = clean(link).value_or("");
            else if (archive_entry_filetype(e) == AE_IFLNK)
                found.link = clean(join(*name, text(archive_entry_symlink(e)))).value_or("");
            else if (archive_entry_filetype(e) != AE_IFREG)
                continue;
            found.size = static_cast<std::uint64_t>(archive_entry_size(e));
            if (found.link.empty() && found.size <= small && kept + found.size <= most_kept) {
                found.text.emplace();
                in.data([&](std::string_view bytes) { *found.text += bytes; });
                kept += found.text->size();
            }
            entries_[*name] = std::move(found);
        }
    }

    std::optional<std::uint64_t> size(std::string const& name) const override {
        auto const* e = find(name).second;
        return e ? std::optional(e->size) : std::nullopt;
    }
    void stream(std::string const& name, sink const& to) const override {
        auto const [real, e] = find(name);
        if (!e) throw failure(path_ + " lacks " + name);
        if (e->text) return to(*e->text);
        reader in(path_);
        // If a name comes twice the last one counts, as when the archive is unpacked: it has the size that was indexed.
        while (auto* at = in.next())
            if (clean(text(archive_entry_pathname(at))) == real && archive_entry_filetype(at) == AE_IFREG &&
                static_cast<std::uint64_t>(archive_entry_size(at)) == e->size)
                return in.data(to);
        throw failure(path_ + " has changed while it was read");
    }

private:
    struct entry {
        std::uint64_t size = 0;
        std::string link;
        std::optional<std::string> text;
    };

    class reader {
    public:
        explicit reader(std::string const& path) : path_(path), in_(files::new_archive_reader(), archive_read_free) {
            check(archive_read_open_filename(in_.get(), path.c_str(), 256u << 10));
        }

        archive_entry* next() {
            archive_entry* e = nullptr;
            auto const result = archive_read_next_header(in_.get(), &e);
            if (result == ARCHIVE_EOF) return nullptr;
            check(result);
            return e;
        }
        void data(sink const& to) {
            std::size_t const room = 256u << 10;
            auto const buffer = std::make_unique_for_overwrite<char[]>(room);
            for (;;) {
                auto const n = archive_read_data(in_.get(), buffer.get(), room);
                if (n == 0) return;
                if (n < 0) check(ARCHIVE_FATAL);
                to({buffer.get(), static_cast<std::size_t>(n)});
            }
        }

    private:
        void check(int result) const {
            if (result < ARCHIVE_WARN) throw failure("cannot read " + path_ + ": " + text(archive_error_string(in_.get())));
        }
        std::string const& path_;
        std::unique_ptr<::archive, decltype(&archive_read_free)> in_;
    };

    static std::string text(char const* from) { return from ? from : ""; }

    std::pair<std::string, entry const*> find(std::string const& name) const {
        auto at = clean(name).value_or("");
        for (int links = 0; links < 8; ++links) {
            auto const found = entries_.find(at);
            if (found == entries_.end()) break;
            if (found->second.link.empty()) return {at, &found->second};
            at = found->second.link;
        }
        return {at, nullptr};
    }

    std::string path_;
    std::map<std::string, entry> entries_;
};

}  // namespace bundle_detail

CONSTAGE_INLINE std::string bundle::read(std::string const& name, std::uint64_t limit) const {
    std::string bytes;
    stream(name, [&](std::string_view piece) {
        if (bytes.size() + piece.size() > limit) throw failure(name + " is larger than " + std::to_string(limit) + " bytes");
        bytes += piece;
    });
    return bytes;
}

CONSTAGE_INLINE std::unique_ptr<bundle> open_bundle(std::string const& path) {
    struct stat s {};
    if (::stat(path.c_str(), &s) != 0)
        throw system_failure("open", path)
            .with_hint("name a directory with an OCI layout (index.json and blobs/ are in it) or an archive of one");
    if (S_ISDIR(s.st_mode)) return std::make_unique<bundle_detail::directory>(path);
    if (!S_ISREG(s.st_mode)) throw failure(path + " is neither a directory nor an archive");
    return std::make_unique<bundle_detail::tar>(path);
}

}  // namespace constage::oci

#endif
