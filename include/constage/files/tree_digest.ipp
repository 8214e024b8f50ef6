// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_TREE_DIGEST_IPP_INCLUDED
#define CONSTAGE_FILES_TREE_DIGEST_IPP_INCLUDED

#include <constage/detail/parallel.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/tree.hpp>

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

namespace constage::files {

namespace tree_digest_detail {

/// Feeds the hasher in blocks: a call for each field would cost more than the hash. On the heap, and no larger than it needs: trees can be
/// deep.
class writer {
public:
    explicit writer(node const& n)
        : size_(std::min<std::size_t>(64 * (n.entries.size() + 1), 4096)), buffer_(std::make_unique_for_overwrite<char[]>(size_)) {}

    void number(std::uint64_t n) {
        if (size_ - used_ < most_digits) flush();
        for (; n >= 0x80; n >>= 7) buffer_[used_++] = static_cast<char>(n | 0x80);
        buffer_[used_++] = static_cast<char>(n);
    }
    void text(std::string_view s) {
        number(s.size());
        if (size_ - used_ < s.size()) flush();
        if (size_ < s.size()) return hasher_.update(s);
        std::copy(s.begin(), s.end(), buffer_.get() + used_);
        used_ += s.size();
    }
    std::string finish() {
        flush();
        return hasher_.finish();
    }

private:
    static constexpr std::size_t most_digits = 10;

    void flush() {
        hasher_.update({buffer_.get(), used_});
        used_ = 0;
    }

    std::size_t const size_;
    std::unique_ptr<char[]> const buffer_;
    std::size_t used_ = 0;
    hasher hasher_;
};

/// Digests of directories that are known already.
using known = std::unordered_map<node const*, std::string>;

CONSTAGE_INLINE std::string of_directory(node const& n, known const& before);

/// Every field with its length before it, so that no two trees write the same bytes. A directory inside of another stands there by its
/// digest: so several threads can work on one tree.
CONSTAGE_INLINE void write(node const& n, known const& before, writer& out) {
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
            out.text(digest_of(n.content).view());
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
                if (child->type != type::directory)
                    write(*child, before, out);
                else if (auto const at = before.find(child.get()); at != before.end())
                    out.text(at->second);
                else
                    out.text(of_directory(*child, before));
            }
            break;
        case type::fifo:
        case type::socket:
            break;
    }
}

CONSTAGE_INLINE std::string of_directory(node const& n, known const& before) {
    writer out(n);
    write(n, before, out);
    return out.finish();
}

inline constexpr std::size_t many = 64;

/// The directories of the first level that has many; none if no level has.
CONSTAGE_INLINE std::vector<node const*> pieces(node const& root) {
    std::vector<node const*> level{&root};
    while (!level.empty() && level.size() < many) {
        std::vector<node const*> below;
        for (auto const* n : level)
            for (auto const& [name, child] : n->entries)
                if (child->type == type::directory) below.push_back(child.get());
        level = std::move(below);
    }
    return level;
}

}  // namespace tree_digest_detail

CONSTAGE_INLINE file_digest digest_of(content const& c) {
    if (!c.digest.empty()) return c.digest;
    return c.path.empty() ? digest_of(c.text) : digest_of_file(c.path);
}

CONSTAGE_INLINE std::string content_digest(node const& root) {
    using namespace tree_digest_detail;
    auto const parts = pieces(root);
    std::vector<std::string> digests(parts.size());
    detail::for_each_index(parts.size(), many / 2, [&](std::size_t i) { digests[i] = of_directory(*parts[i], {}); });
    known below;
    for (std::size_t i = 0; i != parts.size(); ++i) below.emplace(parts[i], std::move(digests[i]));
    writer out(root);
    out.text("constage tree 2");
    write(root, below, out);
    return out.finish();
}

}  // namespace constage::files

#endif
