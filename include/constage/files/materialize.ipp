// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_MATERIALIZE_IPP_INCLUDED
#define CONSTAGE_FILES_MATERIALIZE_IPP_INCLUDED

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/materialize.hpp>
#include <constage/files/place.hpp>
#include <constage/system_failure.hpp>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>

namespace constage::files {

namespace materialize_detail {

/// Writes the entries of a diff or tree below one directory, sorted, each path once.
class writer {
public:
    /// `exact`: owners, devices, whiteouts, xattrs as they are, below a new directory. Otherwise as plain files of the caller.
    writer(std::string const& root, bool exact, content_places from = {}) : exact_(exact), from_(std::move(from)), place_(root, exact) {}

    void remove(std::string const& path) {
        auto const name = place_.enter_parent(path);
        if (::mknodat(place_.fd(), name.c_str(), S_IFCHR, 0) != 0) place_.cannot("write the whiteout", path);
    }

    void put(std::string const& path, node const& n, bool opaque) {
        if (n.type == type::directory) {
            place_.enter_directory(path, n);
            if (opaque && ::fsetxattr(place_.fd(), "user.overlay.opaque", "y", 1, 0) != 0) place_.cannot("mark as opaque", path);
            return;
        }
        auto const name = place_.enter_parent(path);
        if (!exact_) place_.make_room(name, path);
        if (n.inode && (n.type == type::file || n.type == type::symlink)) {
            auto const [first, is_first] = links_.emplace(n.inode, path);
            if (!is_first) {
                if (::linkat(place_.root(), first->second.c_str(), place_.fd(), name.c_str(), 0) != 0) place_.cannot("link", path);
                return;
            }
        }
        if (make(n, name, path)) metadata(n, name, path);
    }
    void finish() { place_.finish(); }

private:
    /// False: left out.
    bool make(node const& n, std::string const& name, std::string const& path) {
        switch (n.type) {
            case type::file:
                if (move(n, name)) return true;
                if (!link(n, name)) place_.write_file(n, name, path);
                return false;  // with its metadata
            case type::symlink:
                if (::symlinkat(n.target.c_str(), place_.fd(), name.c_str()) != 0) place_.cannot("write the symlink", path);
                return true;
            case type::character:
            case type::block:
                return exact_ && make_device(n, name, path);
            case type::fifo:
            case type::socket:
                if (!exact_) return false;
                if (::mknodat(place_.fd(), name.c_str(), (n.type == type::fifo ? S_IFIFO : S_IFSOCK) | 0600, 0) != 0)
                    place_.cannot("make", path);
                return true;
            case type::directory:
                break;
        }
        return false;
    }

    static bool is_below(std::string const& path, std::string const& directory) {
        return !directory.empty() && path.starts_with(directory) && path[directory.size()] == '/';
    }

    bool move(node const& n, std::string const& name) {
        auto const& source = n.content.path;
        return is_below(source, from_.ours) && ::renameat(AT_FDCWD, source.c_str(), place_.fd(), name.c_str()) == 0;
    }

    /// To a file that will never change. Each one once: two files of a step are not one inode because they were copied from one.
    bool link(node const& n, std::string const& name) {
        auto const& source = n.content.path;
        if (!is_below(source, from_.immutable) || !n.xattrs.empty()) return false;
        struct stat s {};
        if (::lstat(source.c_str(), &s) != 0 || !S_ISREG(s.st_mode) || static_cast<std::uint64_t>(s.st_size) != n.size ||
            s.st_uid != n.uid || s.st_gid != n.gid || (s.st_mode & 07777) != n.mode ||
            s.st_mtim.tv_sec * 1'000'000'000 + s.st_mtim.tv_nsec != n.mtime_ns || ::llistxattr(source.c_str(), nullptr, 0) != 0)
            return false;
        return linked_.insert(source).second && ::linkat(AT_FDCWD, source.c_str(), place_.fd(), name.c_str(), 0) == 0;
    }

    bool make_device(node const& n, std::string const& name, std::string const& path) {
        auto const kind = n.type == type::character ? S_IFCHR : S_IFBLK;
        if (::mknodat(place_.fd(), name.c_str(), static_cast<mode_t>(kind) | 0600, gnu_dev_makedev(n.major, n.minor)) == 0) return true;
        // In a user namespace nobody may make devices; a step has its own /dev, and the layer that holds the device is not made from
        // this directory.
        if (errno == EPERM) return false;
        place_.cannot("make the device", path);
    }

    void metadata(node const& n, std::string const& name, std::string const& path) {
        if (exact_) {
            if (::fchownat(place_.fd(), name.c_str(), n.uid, n.gid, AT_SYMLINK_NOFOLLOW) != 0) place_.cannot("set the owner of", path);
            // Nothing but us writes here, so the name is still what was just made: no symlink.
            if (n.type != type::symlink && ::fchmodat(place_.fd(), name.c_str(), n.mode, 0) != 0) place_.cannot("set the mode of", path);
            for (auto const& [key, value] : n.xattrs)
                ::lsetxattr(("/proc/self/fd/" + std::to_string(place_.fd()) + "/" + name).c_str(), key.c_str(), value.data(), value.size(),
                            0);
        }
        auto const times = place::times(n);
        if (::utimensat(place_.fd(), name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0) place_.cannot("set the time of", path);
    }

    bool exact_;
    content_places from_;
    place place_;
    std::unordered_set<std::string> linked_;
    std::unordered_map<std::uint64_t, std::string> links_;
};

CONSTAGE_INLINE void write_children(node const& directory, std::string const& path, writer& out) {
    for (auto const& [name, child] : directory.entries) {
        auto const here = path.empty() ? name : path + "/" + name;
        out.put(here, *child, false);
        write_children(*child, here, out);
    }
}

CONSTAGE_INLINE void move_contents(diff& changes, std::string const& directory) {
    for (auto& c : changes) {
        if (!c.node || c.node->type != type::file) continue;
        auto n = std::make_shared<node>(*c.node);
        n->content.path = directory + "/" + c.path;
        n->content.text.clear();
        n->content.digest = digest_of(n->content);
        c.node = std::move(n);
    }
}

}  // namespace materialize_detail

CONSTAGE_INLINE diff materialize(diff changes, std::string const& directory, content_places const& from) {
    static std::atomic<unsigned> number{0};
    auto const part = directory + ".part-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
    if (::mkdir(part.c_str(), 0755) != 0) throw system_failure("make the directory", part);
    try {
        ::chmod(part.c_str(), 0755);  // whatever the umask is
        materialize_detail::writer out(part, true, from);
        for (auto const& c : changes) {
            if (c.what == change::kind::remove)
                out.remove(c.path);
            else
                out.put(c.path, *c.node, c.what == change::kind::opaque);
        }
        out.finish();
        // A directory that is there already would be replaced if it were empty.
        if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, directory.c_str(), RENAME_NOREPLACE) != 0)
            throw system_failure("make the directory", directory);
        materialize_detail::move_contents(changes, directory);
        return changes;
    } catch (...) {
        std::error_code error;
        std::filesystem::remove_all(part, error);
        throw;
    }
}

CONSTAGE_INLINE void export_tree(tree const& what, std::string const& directory) {
    materialize_detail::writer out(directory, false);
    materialize_detail::write_children(*what.root(), "", out);
    out.finish();
}

}  // namespace constage::files

#endif
