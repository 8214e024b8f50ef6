// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_TREE_DIGEST_IPP_INCLUDED
#define CONSTAGE_FILES_TREE_DIGEST_IPP_INCLUDED

#include <constage/files/digest.hpp>
#include <constage/files/tree.hpp>

namespace constage::files {

namespace tree_digest_detail {

/// Feeds the hasher in blocks: a call for each field would cost more than the hash.
class writer {
public:
    void number(std::uint64_t n) {
        for (; n >= 0x80; n >>= 7) buffer_ += static_cast<char>(n | 0x80);
        buffer_ += static_cast<char>(n);
    }
    void text(std::string_view s) {
        number(s.size());
        buffer_ += s;
        if (buffer_.size() >= 1 << 15) flush();
    }
    std::string finish() {
        flush();
        return hasher_.finish();
    }

private:
    void flush() {
        hasher_.update(buffer_);
        buffer_.clear();
    }
    std::string buffer_;
    hasher hasher_;
};

CONSTAGE_INLINE std::string digest_of_content(node const& n) {
    if (!n.content.digest.empty()) return n.content.digest;
    return n.content.path.empty() ? digest_of(n.content.text) : digest_of_file(n.content.path);
}

/// Every field with its length before it, so that no two trees write the same bytes.
CONSTAGE_INLINE void write(node const& n, writer& out) {
    out.number(static_cast<std::uint64_t>(n.type));
    out.number(n.mode);
    out.number(n.uid);
    out.number(n.gid);
    out.number(n.xattrs.size());
    for (auto const& [name, value] : n.xattrs) {
        out.text(name);
        out.text(value);
    }
    switch (n.type) {
        case type::file:
            out.number(n.size);
            out.text(digest_of_content(n));
            break;
        case type::symlink:
            out.text(n.target);
            break;
        case type::character:
        case type::block:
            out.number(n.major);
            out.number(n.minor);
            break;
        case type::directory:
            out.number(n.entries.size());
            for (auto const& [name, child] : n.entries) {
                out.text(name);
                write(*child, out);
            }
            break;
        case type::fifo:
        case type::socket:
            break;
    }
}

}  // namespace tree_digest_detail

CONSTAGE_INLINE std::string content_digest(node const& root) {
    tree_digest_detail::writer out;
    out.text("constage tree 1");
    tree_digest_detail::write(root, out);
    return out.finish();
}

}  // namespace constage::files

#endif
