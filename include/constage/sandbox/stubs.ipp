// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_STUBS_IPP_INCLUDED
#define CONSTAGE_SANDBOX_STUBS_IPP_INCLUDED

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <constage/sandbox/descriptor.hpp>
#include <constage/sandbox/stubs.hpp>

#include <algorithm>
#include <string_view>

namespace constage::sandbox {

namespace stubs_detail {

CONSTAGE_INLINE std::string parent_of(std::string const& path) {
    auto const slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

/// True if the directory carries attributes beyond those with which overlay remembers where it came from.
CONSTAGE_INLINE bool has_own_attributes(std::string const& path) {
    char names[4096];
    auto const n = ::llistxattr(path.c_str(), names, sizeof names);
    if (n < 0) return true;
    for (std::string_view rest(names, static_cast<std::size_t>(n)); !rest.empty();) {
        std::string_view const name = rest.data();
        if (name != "user.overlay.origin" && name != "user.overlay.impure" && name != "user.overlay.uuid") return true;
        rest.remove_prefix(name.size() + 1);
    }
    return false;
}

CONSTAGE_INLINE void set_modified(std::string const& path, timespec modified) {
    timespec const times[] = {{0, UTIME_OMIT}, modified};
    ::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW);
}

}  // namespace stubs_detail

CONSTAGE_INLINE stubs::stubs(std::string const& root, std::vector<std::string> const& targets) {
    descriptor const opened(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!opened) throw cannot("open " + root);
    for (auto const& target : targets) look(opened.get(), target);
    std::sort(missing_.begin(), missing_.end());
    missing_.erase(std::unique(missing_.begin(), missing_.end()), missing_.end());
}

CONSTAGE_INLINE void stubs::look(int root, std::string target) {
    auto const prefix = path_of(descriptor(::dup(root))).size();
    std::string done;  // exists
    for (int links = 0; links != 40;) {
        auto const begin = target.find_first_not_of('/');
        if (begin == std::string::npos) return;
        auto const end = std::min(target.find('/', begin), target.size());
        auto const name = target.substr(begin, end - begin);
        auto const next = done.empty() ? name : done + "/" + name;
        if (open_in_root(root, next)) {
            done = next;
            target.erase(0, end);
            continue;
        }
        auto const parent = open_in_root(root, done);
        if (!parent) return;
        // A dangling symlink: the runtime makes what it points to.
        char link[PATH_MAX];
        if (auto const n = ::readlinkat(parent.get(), name.c_str(), link, sizeof link); n >= 0) {
            std::string const to(link, static_cast<std::size_t>(n));
            if (to.starts_with('/')) done.clear();
            target = to + target.substr(end);
            ++links;
            continue;
        }
        auto real = path_of(parent).substr(prefix);
        real.erase(0, std::min(real.find_first_not_of('/'), real.size()));
        for (auto above = real;; above = stubs_detail::parent_of(above)) {
            struct stat st {};
            auto const directory = open_in_root(root, above);
            if (directory && ::fstat(directory.get(), &st) == 0) around_[above] = {st.st_mode, st.st_uid, st.st_gid};
            if (above.empty()) break;
        }
        for (auto rest = target.substr(begin); !rest.empty();) {
            auto const length = std::min(rest.find('/'), rest.size());
            if (length != 0) {
                real += (real.empty() ? "" : "/") + rest.substr(0, length);
                missing_.push_back(real);
            }
            rest.erase(0, length + 1);
        }
        return;
    }
}

CONSTAGE_INLINE void stubs::make_parents(std::string const& root) const {
    for (std::size_t i = 0; i + 1 < missing_.size(); ++i) {  // sorted: what is below a directory follows it
        auto const below = missing_[i] + "/";
        auto const next = std::lower_bound(missing_.begin(), missing_.end(), below);
        if (next == missing_.end() || !next->starts_with(below)) continue;
        auto const path = root + "/" + missing_[i];
        if (::mkdir(path.c_str(), 0755) == 0 && ::chmod(path.c_str(), 0755) != 0) throw cannot("set the mode of " + path);
    }
}

CONSTAGE_INLINE void stubs::remove_from(std::string const& upper) const {
    for (auto stub = missing_.rbegin(); stub != missing_.rend(); ++stub) {
        auto const path = upper + "/" + *stub;
        struct stat st {
        }, parent{};
        if (::lstat(path.c_str(), &st) != 0 || ::stat((upper + "/" + stubs_detail::parent_of(*stub)).c_str(), &parent) != 0) continue;
        auto const removed =
            S_ISDIR(st.st_mode) ? ::rmdir(path.c_str()) == 0 : S_ISREG(st.st_mode) && st.st_size == 0 && ::unlink(path.c_str()) == 0;
        if (removed) stubs_detail::set_modified(upper + "/" + stubs_detail::parent_of(*stub), parent.st_mtim);
    }
    // A directory that was copied up for a stub's sake only is empty and as it was before: no change at all.
    for (auto directory = around_.rbegin(); directory != around_.rend(); ++directory) {
        auto const& [name, before] = *directory;
        auto const path = upper + "/" + name;
        struct stat st {};
        if (name.empty() || ::lstat(path.c_str(), &st) != 0 || !S_ISDIR(st.st_mode)) continue;
        if (st.st_mode == before.mode && st.st_uid == before.uid && st.st_gid == before.gid && !stubs_detail::has_own_attributes(path))
            ::rmdir(path.c_str());
    }
}

}  // namespace constage::sandbox

#endif
