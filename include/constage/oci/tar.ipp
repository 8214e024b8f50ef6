// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_TAR_IPP_INCLUDED
#define CONSTAGE_OCI_TAR_IPP_INCLUDED

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/tar.hpp>
#include <constage/system_failure.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <unordered_map>

namespace constage::oci {

namespace tar_detail {

using files::node;
using files::type;

inline constexpr std::uint64_t most_in_7_digits = 07777777;
inline constexpr std::uint64_t most_in_11_digits = 077777777777;

class header_block {
public:
    void text(std::size_t at, std::string_view s) { std::copy(s.begin(), s.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(at)); }
    /// Octal with `digits` digits and a NUL behind it.
    void number(std::size_t at, std::size_t digits, std::uint64_t value) {
        for (auto i = digits; i-- > 0; value >>= 3) bytes_[at + i] = static_cast<char>('0' + (value & 7));
    }
    /// What does not fit 11 octal digits: base 256 in the field's 12 bytes, as GNU tar writes it.
    void large_number(std::size_t at, std::uint64_t value) {
        bytes_[at] = static_cast<char>(0x80);
        for (auto i = at + 11; value > 0; --i, value >>= 8) bytes_[i] = static_cast<char>(value & 0xff);
    }
    void seal() {
        text(148, "        ");
        std::uint64_t sum = 0;
        for (auto const c : bytes_) sum += static_cast<unsigned char>(c);
        number(148, 6, sum);
        bytes_[154] = '\0';
    }
    std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

private:
    std::array<char, 512> bytes_{};
};

struct fields {
    std::string_view name, prefix, link;
    char typeflag = '0';
    std::uint32_t mode = 0;
    std::uint64_t uid = 0, gid = 0, size = 0, mtime = 0, major = 0, minor = 0;
    bool device = false;
};

CONSTAGE_INLINE void append(std::string& out, fields const& f) {
    header_block h;
    h.text(0, f.name);
    h.number(100, 7, f.mode);
    h.number(108, 7, f.uid);
    h.number(116, 7, f.gid);
    f.size <= most_in_11_digits ? h.number(124, 11, f.size) : h.large_number(124, f.size);
    h.number(136, 11, f.mtime);
    h.text(156, {&f.typeflag, 1});
    h.text(157, f.link);
    h.text(257, std::string_view("ustar\00000", 8));
    if (f.device) {
        h.number(329, 7, f.major);
        h.number(337, 7, f.minor);
    }
    h.text(345, f.prefix);
    h.seal();
    out += h.view();
}

/// "LENGTH key=value\n", where LENGTH counts its own digits.
CONSTAGE_INLINE std::string record(std::string_view key, std::string_view value) {
    auto const rest = key.size() + value.size() + 3;
    auto size = rest + 1;
    while (std::to_string(size).size() + rest != size) size = std::to_string(size).size() + rest;
    return std::to_string(size) + " " + std::string(key) + "=" + std::string(value) + "\n";
}

CONSTAGE_INLINE char typeflag(type t) {
    switch (t) {
        case type::directory:
            return '5';
        case type::symlink:
            return '2';
        case type::character:
            return '3';
        case type::block:
            return '4';
        case type::fifo:
            return '6';
        case type::file:
        case type::socket:
            break;
    }
    return '0';
}

/// Puts the name into the two fields of ustar, if it fits.
CONSTAGE_INLINE bool split(std::string_view name, fields& f) {
    if (name.size() <= 100) {
        f.name = name;
        return true;
    }
    auto const slash = name.find('/', name.size() - 101);
    if (slash == name.npos || slash > 155 || slash == 0 || slash + 1 == name.size()) return false;
    f.prefix = name.substr(0, slash);
    f.name = name.substr(slash + 1);
    return true;
}

using records = std::map<std::string, std::string>;

CONSTAGE_INLINE std::uint64_t fitting(std::uint64_t value, std::uint64_t most, char const* key, records& pax) {
    if (value <= most) return value;
    pax[key] = std::to_string(value);
    return 0;
}

CONSTAGE_INLINE void append_pax(std::string& out, std::string_view name, records const& pax) {
    std::string body;
    for (auto const& [key, value] : pax) body += record(key, value);
    while (name.ends_with('/')) name.remove_suffix(1);
    auto const base = "PaxHeaders.0/" + std::string(name.substr(name.rfind('/') + 1));
    fields f;
    f.name = std::string_view(base).substr(0, 100);
    f.typeflag = 'x';
    f.mode = 0644;
    f.size = body.size();
    append(out, f);
    out += body;
    out.append(tar_padding(body.size()), '\0');
}

CONSTAGE_INLINE std::int64_t seconds(std::int64_t ns, std::optional<std::int64_t> clamp) {
    auto const whole = ns / 1'000'000'000 - (ns % 1'000'000'000 < 0 ? 1 : 0);
    return clamp ? std::min(whole, *clamp) : whole;
}

}  // namespace tar_detail

CONSTAGE_INLINE std::string tar_header_block(std::string_view name, std::uint64_t size) {
    if (name.size() > 100) throw failure("the name \"" + std::string(name) + "\" is too long for a header of one block");
    tar_detail::fields f;
    f.name = name;
    f.size = size;
    f.typeflag = name.ends_with('/') ? '5' : '0';
    f.mode = name.ends_with('/') ? 0755 : 0644;
    std::string block;
    tar_detail::append(block, f);
    return block;
}

CONSTAGE_INLINE std::string tar_header(std::string_view name, files::node const& entry, std::optional<std::int64_t> clamp_mtime_seconds,
                                       std::string_view hard_link) {
    using namespace tar_detail;
    records pax;
    fields f;
    if (!split(name, f)) {
        pax["path"] = name;
        f.name = name.substr(0, 100);
    }
    auto const link = hard_link.empty() ? std::string_view(entry.type == type::symlink ? entry.target : std::string_view()) : hard_link;
    if (link.size() > 100) pax["linkpath"] = link;
    f.link = link.substr(0, 100);
    f.typeflag = hard_link.empty() ? typeflag(entry.type) : '1';
    f.mode = entry.mode & 07777;
    f.uid = fitting(entry.uid, most_in_7_digits, "uid", pax);
    f.gid = fitting(entry.gid, most_in_7_digits, "gid", pax);
    f.size = f.typeflag == '0' && entry.type == type::file ? fitting(entry.size, most_in_11_digits, "size", pax) : 0;
    auto const time = seconds(entry.mtime_ns, clamp_mtime_seconds);
    if (time < 0) pax["mtime"] = std::to_string(time);
    f.mtime = time < 0 ? 0 : fitting(static_cast<std::uint64_t>(time), most_in_11_digits, "mtime", pax);
    f.device = entry.type == type::character || entry.type == type::block;
    f.major = entry.major;
    f.minor = entry.minor;
    if (f.device && std::max(f.major, f.minor) > most_in_7_digits)
        throw failure("the device number of " + std::string(name) + " is too big for a tar");
    if (hard_link.empty())
        for (auto const& [key, value] : entry.xattrs) {
            if (key.find('=') != key.npos)
                throw failure("the xattr \"" + key + "\" of " + std::string(name) + " has a '=' in its name: a tar cannot hold it");
            pax["SCHILY.xattr." + key] = value;
        }
    std::string out;
    if (!pax.empty()) append_pax(out, name, pax);
    append(out, f);
    return out;
}

namespace tar_detail {

/// Collects bytes and hands them over in blocks.
class blocks {
public:
    explicit blocks(std::function<void(piece&&)> const& sink) : sink_(sink) {}

    /// Where the next bytes may be written: at least one. Then `wrote` says how many were.
    std::pair<char*, std::size_t> space() { return {block_.end(), block_.room()}; }
    void wrote(std::size_t n) {
        block_.grow(n);
        total_ += n;
        if (block_.room() == 0) sink_(std::exchange(block_, piece(tar_block_size)));
    }
    void add(std::string_view bytes) {
        while (!bytes.empty()) {
            auto const [to, room] = space();
            auto const n = std::min(room, bytes.size());
            std::copy_n(bytes.data(), n, to);
            bytes.remove_prefix(n);
            wrote(n);
        }
    }
    void finish() {
        if (block_.size() != 0) sink_(std::move(block_));
    }
    std::uint64_t total() const { return total_; }

private:
    std::function<void(piece&&)> const& sink_;
    piece block_{tar_block_size};
    std::uint64_t total_ = 0;
};

class writer {
public:
    writer(std::optional<std::int64_t> clamp, std::function<void(piece&&)> const& sink, files::file_index const* index)
        : clamp_(clamp), out_(sink), index_(index) {}

    void write(files::change const& c) {
        auto const slash = c.path.rfind('/');
        auto const base = std::string_view(c.path).substr(slash == std::string::npos ? 0 : slash + 1);
        if (c.path.starts_with(".wh.") || c.path.find("/.wh.") != c.path.npos)
            throw failure("a layer cannot hold " + c.path + ": names that begin with \".wh.\" mean deleted files")
                .with_hint("rename the file, or do not copy it");
        if (c.what == files::change::kind::remove) {
            mark(c.path.substr(0, c.path.size() - base.size()) + ".wh." + std::string(base));
            return;
        }
        if (c.node->type == type::socket) return;
        bool const directory = c.node->type == type::directory;
        auto const name = directory ? (c.path.empty() ? "./" : c.path + "/") : c.path;
        if (c.node->inode && !directory) {
            auto const [first, is_first] = first_names_.emplace(c.node->inode, name);
            if (!is_first) {
                out_.add(tar_header(name, *c.node, clamp_, first->second));
                return;
            }
        }
        out_.add(tar_header(name, *c.node, clamp_));
        if (c.node->type == type::file) content(*c.node);
        if (c.what == files::change::kind::opaque && directory) mark((c.path.empty() ? "" : name) + ".wh..wh..opq");
    }
    void finish() {
        out_.add(std::string(1024, '\0'));
        out_.finish();
    }
    std::uint64_t total() const { return out_.total(); }

private:
    void mark(std::string const& name) {
        node n;
        n.mode = 0;
        out_.add(tar_header(name, n));
    }

    void content(node const& n) {
        if (n.content.path.empty()) {
            if (n.content.text.size() != n.size) throw failure("a generated file has another size than it says");
            out_.add(n.content.text);
        } else if (n.size > 0 || n.content.digest.empty()) {
            read(n);
        }
        out_.add(std::string(tar_padding(n.size), '\0'));
    }

    void read(node const& n) {
        auto const& path = n.content.path;
        struct file {
            int fd;
            ~file() {
                if (fd >= 0) ::close(fd);
            }
        } const in{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
        if (in.fd < 0) throw system_failure("read", path);
        struct stat s {};
        if (::fstat(in.fd, &s) != 0 || !S_ISREG(s.st_mode) || static_cast<std::uint64_t>(s.st_size) != n.size) changed(path);
        auto const is_known = [&] { return index_ && index_->find(s) == n.content.digest; };
        auto const known = is_known(), hash = !known && !n.content.digest.empty();
        for (auto left = n.size; left > 0;) {
            auto const [to, room] = out_.space();
            auto const got = ::read(in.fd, to, static_cast<std::size_t>(std::min<std::uint64_t>(room, left)));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) throw system_failure("read", path);
            if (got == 0) changed(path);
            auto const size = static_cast<std::size_t>(got);
            if (hash) hash_.update({to, size});
            out_.wrote(size);
            left -= size;
        }
        // The step's key was made from the digest: other bytes under that key would be found again by every later build.
        if (hash ? hash_.finish_raw() != n.content.digest : known && (::fstat(in.fd, &s) != 0 || !is_known())) changed(path);
    }

    [[noreturn]] static void changed(std::string const& path) {
        throw failure(path + " changed while the image was built").with_hint("build again when nothing writes to it");
    }

    std::optional<std::int64_t> clamp_;
    blocks out_;
    files::file_index const* index_;
    files::hasher hash_;
    std::unordered_map<std::uint64_t, std::string> first_names_;
};

}  // namespace tar_detail

CONSTAGE_INLINE void write_tar(files::diff const& changes, std::optional<std::int64_t> clamp_mtime_seconds,
                               std::function<void(piece&&)> const& sink, std::vector<std::pair<std::string, std::uint64_t>>* entry_sizes,
                               files::file_index const* index) {
    tar_detail::writer out(clamp_mtime_seconds, sink, index);
    for (auto const& c : changes) {
        auto const before = out.total();
        out.write(c);
        if (entry_sizes) entry_sizes->emplace_back(c.path, out.total() - before);
    }
    out.finish();
}

}  // namespace constage::oci

#endif
