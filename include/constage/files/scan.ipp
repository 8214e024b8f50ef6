// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_SCAN_IPP_INCLUDED
#define CONSTAGE_FILES_SCAN_IPP_INCLUDED

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/edited_tree.hpp>
#include <constage/files/scan.hpp>
#include <constage/files/scan_entry.hpp>

#include <map>

namespace constage::files {

namespace scan_detail {

/// Walks an overlay's upper directory.
class upper {
public:
    explicit upper(std::string root) : root_(std::move(root)) {}

    diff run() {
        directory(scan_entry::open_directory(AT_FDCWD, root_, root_), "");
        return std::move(changes_);
    }

private:
    void directory(scan_entry::descriptor const& at, std::string const& path) {
        scan_entry::names const all(at, root_ + "/" + path);
        for (std::size_t i = 0; i != all.size(); ++i) {
            auto const* name = all[i].data();
            auto const here = join(path, all[i]);
            auto const full = root_ + "/" + here;
            auto const s = scan_entry::status(at.fd, name, full);
            if (!s) throw failure("cannot read " + full + ": it went away");
            if (S_ISCHR(s->st_mode) && s->st_rdev == 0)
                changes_.push_back({here, change::kind::remove, nullptr});
            else
                entry(at, here, name, *s);
        }
    }

    void entry(scan_entry::descriptor const& at, std::string const& here, char const* name, struct stat const& s) {
        auto const full = root_ + "/" + here;
        auto n = scan_entry::make_node(at.fd, name, s, full);
        n->uid = s.st_uid;
        n->gid = s.st_gid;
        n->xattrs = scan_entry::xattrs_of(full);
        bool const opaque = take_overlay_marks(n->xattrs, full);
        if (!S_ISDIR(s.st_mode) && s.st_nlink > 1) n->inode = links_.of(s);
        if (n->type == type::file) n->content.path = full;
        changes_.push_back({here, opaque ? change::kind::opaque : change::kind::put, std::move(n)});
        if (S_ISDIR(s.st_mode)) directory(scan_entry::open_directory(at.fd, name, full), here);
    }

    /// Removes what overlay wrote for itself; true if the directory is opaque.
    static bool take_overlay_marks(std::map<std::string, std::string>& xattrs, std::string const& full) {
        bool opaque = false;
        for (auto x = xattrs.begin(); x != xattrs.end();) {
            auto const mark = scan_entry::overlay_mark(x->first);
            if (mark.empty()) {
                ++x;
                continue;
            }
            if (mark == "redirect" || mark == "metacopy")
                throw failure("the overlay directory " + full + " holds only a reference (overlay." + std::string(mark) + ")")
                    .with_hint("mount with redirect_dir=off,metacopy=off");
            opaque = opaque || (mark == "opaque" && x->second == "y");
            x = xattrs.erase(x);
        }
        return opaque;
    }

    std::string root_;
    scan_entry::links links_;
    diff changes_;
};

}  // namespace scan_detail

CONSTAGE_INLINE diff scan_upper(std::string const& directory) { return scan_detail::upper(directory).run(); }

}  // namespace constage::files

#endif
