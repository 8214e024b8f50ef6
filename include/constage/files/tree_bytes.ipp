// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_TREE_BYTES_IPP_INCLUDED
#define CONSTAGE_FILES_TREE_BYTES_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/tree.hpp>

#include <unordered_map>

namespace constage::files {

namespace tree_bytes_detail {

inline constexpr std::string_view magic = "constage diff 1\n";

struct writer {
    std::string out;
    void number(std::uint64_t n) {
        for (; n >= 0x80; n >>= 7) out += static_cast<char>(n | 0x80);
        out += static_cast<char>(n);
    }
    void text(std::string_view s) {
        number(s.size());
        out += s;
    }
};

struct reader {
    std::string_view rest, base;

    [[noreturn]] void damaged() const {
        throw failure("the list of files in " + std::string(base) + " is damaged").with_hint("delete this directory and build again");
    }
    std::uint64_t number() {
        std::uint64_t n = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (rest.empty()) damaged();
            auto const byte = static_cast<unsigned char>(rest[0]);
            rest.remove_prefix(1);
            n |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return n;
        }
        damaged();
    }
    std::uint32_t small() {
        auto const n = number();
        if (n > 0xffffffff) damaged();
        return static_cast<std::uint32_t>(n);
    }
    std::uint64_t at_most(std::uint64_t limit) {
        auto const n = number();
        if (n > limit) damaged();
        return n;
    }
    std::string text() {
        auto const size = number();
        if (size > rest.size()) damaged();  // what is left behind the number, not before it
        std::string s(rest.substr(0, size));
        rest.remove_prefix(size);
        return s;
    }
};

/// Where the bytes of a file are.
enum place : std::uint64_t { inside_base, elsewhere, in_text };

CONSTAGE_INLINE void write_content(content const& c, std::string_view base, writer& out) {
    bool const below = !base.empty() && c.path.size() > base.size() && c.path.starts_with(base) && c.path[base.size()] == '/';
    out.number(c.path.empty() ? in_text : below ? inside_base : elsewhere);
    out.text(c.path.empty() ? std::string_view(c.text) : std::string_view(c.path).substr(below ? base.size() : 0));
    out.text(c.digest.text());
}

CONSTAGE_INLINE content read_content(reader& in, std::string_view base) {
    content c;
    auto const where = in.at_most(in_text);
    auto text = in.text();
    if (where == in_text)
        c.text = std::move(text);
    else
        c.path = (where == inside_base ? std::string(base) : std::string()) + text;
    auto const digest = in.text();
    c.digest = file_digest(digest);
    if (c.digest.empty() != digest.empty()) in.damaged();
    return c;
}

CONSTAGE_INLINE void write_node(node const& n, std::string_view base, std::uint64_t inode, writer& out) {
    out.number(static_cast<std::uint64_t>(n.type));
    out.number(n.mode);
    out.number(n.uid);
    out.number(n.gid);
    // Signed: the sign goes into the last bit, so that small numbers stay short.
    out.number(static_cast<std::uint64_t>(n.mtime_ns) << 1 ^ static_cast<std::uint64_t>(n.mtime_ns >> 63));
    out.number(inode);
    out.number(n.xattrs.size());
    for (auto const& [name, value] : n.xattrs) {
        out.text(name);
        out.text(value);
    }
    if (n.type == type::file) {
        out.number(n.size);
        write_content(n.content, base, out);
    } else if (n.type == type::symlink) {
        out.text(n.target);
    } else if (n.type == type::character || n.type == type::block) {
        out.number(n.major);
        out.number(n.minor);
    }
}

CONSTAGE_INLINE std::shared_ptr<node> read_node(reader& in, std::string_view base) {
    auto n = std::make_shared<node>();
    n->type = static_cast<type>(in.at_most(static_cast<std::uint64_t>(type::socket)));
    n->mode = static_cast<std::uint32_t>(in.at_most(07777));
    n->uid = in.small();
    n->gid = in.small();
    auto const time = in.number();
    n->mtime_ns = static_cast<std::int64_t>(time >> 1 ^ (0 - (time & 1)));
    n->inode = in.number();
    for (auto count = in.at_most(in.rest.size()); count > 0; --count) {
        auto name = in.text();
        n->xattrs[std::move(name)] = in.text();
    }
    if (n->type == type::file) {
        n->size = in.number();
        n->content = read_content(in, base);
    } else if (n->type == type::symlink) {
        n->target = in.text();
    } else if (n->type == type::character || n->type == type::block) {
        n->major = in.small();
        n->minor = in.small();
    }
    return n;
}

/// Is it "a/b/c", without anything that could lead elsewhere?
CONSTAGE_INLINE bool is_clean(std::string_view path) {
    if (path.empty()) return true;  // the root itself
    for (;;) {
        auto const part = path.substr(0, path.find('/'));
        if (part.empty() || part == "." || part == ".." || part.find('\0') != part.npos) return false;
        if (part.size() == path.size()) return true;
        path.remove_prefix(part.size() + 1);
    }
}

}  // namespace tree_bytes_detail

CONSTAGE_INLINE std::string save(diff const& changes, std::string_view base) {
    using namespace tree_bytes_detail;
    writer out;
    out.out = magic;
    out.number(changes.size());
    // Inode numbers are those of this process: saved are their ranks, so that equal diffs have equal bytes.
    std::unordered_map<std::uint64_t, std::uint64_t> ranks;
    for (auto const& c : changes) {
        out.number(static_cast<std::uint64_t>(c.what));
        out.text(c.path);
        if (c.what == change::kind::remove) continue;
        auto const inode = c.node->inode;
        write_node(*c.node, base, inode ? ranks.emplace(inode, ranks.size() + 1).first->second : 0, out);
    }
    return std::move(out.out);
}

CONSTAGE_INLINE diff load(std::string_view bytes, std::string_view base) {
    using namespace tree_bytes_detail;
    reader in{bytes, base};
    if (!bytes.starts_with(magic)) in.damaged();
    in.rest.remove_prefix(magic.size());
    diff changes;
    auto const count = in.at_most(in.rest.size());  // each takes two bytes at least
    changes.reserve(std::min<std::uint64_t>(count, 1 << 16));
    std::unordered_map<std::uint64_t, std::uint64_t> inodes;
    for (std::uint64_t i = 0; i < count; ++i) {
        auto const what = static_cast<change::kind>(in.at_most(static_cast<std::uint64_t>(change::kind::opaque)));
        auto path = in.text();
        if (!is_clean(path)) in.damaged();
        std::shared_ptr<node> n;
        if (what != change::kind::remove) {
            n = read_node(in, base);
            if (n->inode) {
                auto& inode = inodes[n->inode];
                if (!inode) inode = next_inode();
                n->inode = inode;
            }
        }
        changes.push_back({std::move(path), what, std::move(n)});
    }
    if (!in.rest.empty()) in.damaged();
    return changes;
}

}  // namespace constage::files

#endif
