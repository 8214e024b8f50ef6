// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_ARCHIVE_TREE_HPP_INCLUDED
#define CONSTAGE_FILES_ARCHIVE_TREE_HPP_INCLUDED

#include <constage/files/path_order.hpp>
#include <constage/files/tree.hpp>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace constage::files {

/// The entries of an archive, in any order and as wild as they come, made into a diff: sorted, each path once, parents are
/// directories. Names are cleaned and cannot leave the root. What comes later wins. An entry below a symlink of the same archive goes where
/// the symlink leads (inside the root); below a file it is a failure that names both.
class archive_tree {
public:
    /// `layer`: ".wh." names are whiteouts. `archive` is for messages.
    archive_tree(bool layer, std::string archive) : layer_(layer), archive_(std::move(archive)) {}

    void put(std::string const& name, std::shared_ptr<node> n);
    /// A hard link to an entry that has come before; returns that.
    std::shared_ptr<node> link(std::string const& name, std::string const& target);
    /// Is this name a whiteout? (Then it has no content that counts.)
    bool is_mark(std::string_view name) const;
    diff take();

private:
    struct item {
        std::shared_ptr<files::node> what;  ///< none: a whiteout
        bool opaque = false;
    };
    using items = std::map<std::string, item, by_components>;

    [[noreturn]] void refuse(std::string const& why) const;
    std::string place(std::string const& name);
    std::string resolve(std::string const& path, int& symlinks) const;
    bool erase_below(std::string const& path);
    bool has_directories_above(std::string_view path) const;
    void mark(std::string const& path, std::string_view base);

    bool layer_;
    std::string archive_;
    items items_;
    std::set<std::string> whiteouts_, opaque_;
    std::string last_parent_, last_resolved_;  ///< entries of one directory come together
};

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/archive_tree.ipp>
#endif
#endif
