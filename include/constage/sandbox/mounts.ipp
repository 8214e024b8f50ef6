// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_MOUNTS_IPP_INCLUDED
#define CONSTAGE_SANDBOX_MOUNTS_IPP_INCLUDED

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>
#include <constage/sandbox/descriptor.hpp>
#include <constage/sandbox/mounts.hpp>
#include <constage/sandbox/private_mounts.hpp>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace constage::sandbox {

namespace mounts_detail {

CONSTAGE_INLINE void make_directory(std::string const& path, unsigned mode) {
    if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) throw cannot("make the directory " + path);
}

/// The root directory of an overlay has the owner and mode of the upper directory: it must be what it was below.
CONSTAGE_INLINE void copy_root_metadata(std::string const& from, std::string const& to) {
    struct stat st {};
    if (::stat(from.c_str(), &st) != 0) throw cannot("read the snapshot " + from);
    if (::chown(to.c_str(), st.st_uid, st.st_gid) != 0 || ::chmod(to.c_str(), st.st_mode & 07777) != 0)
        throw cannot("set the owner of " + to);
    timespec const times[] = {{0, UTIME_OMIT}, st.st_mtim};
    ::utimensat(AT_FDCWD, to.c_str(), times, 0);
}

}  // namespace mounts_detail

CONSTAGE_INLINE bundle::bundle(engine::sandbox_request const& what) : path_(what.work + "/bundle"), work_(what.work) {
    using namespace mounts_detail;
    make_directory(path_, 0700);
    mount_or_throw("constage", path_, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700", "a tmpfs");
    for (auto const* name : {"/root", "/lower", "/files", "/mounts", "/state"}) make_directory(path_ + name, 0700);
    mount_root(what);
    for (auto const& m : what.mounts) mounts_.push_back(prepare(m));
    for (std::size_t i = 0; i != what.files.size(); ++i) {
        auto const mode = i < what.file_modes.size() ? what.file_modes[i] : 0400;
        auto const owner = i < what.file_owners.size() ? what.file_owners[i] : files::owner{};
        add_file(what.files[i].first, what.files[i].second, mode, owner.uid, owner.gid);
    }
}

CONSTAGE_INLINE void bundle::mount_root(engine::sandbox_request const& what) {
    auto lower = what.lower;
    if (lower.empty())
        lower.push_back(scratch("empty"));
    else
        mounts_detail::copy_root_metadata(lower.front(), what.upper);
    mount_overlay(std::move(lower), what.upper, scratch("overlay"), root());
}

/// The options of mount(2) must fit into one page, so the directories are named through short symlinks. A directory that comes twice would
/// be refused; the lower one cannot be seen through the upper one anyway. user.overlay.* attributes, as every user may set them.
CONSTAGE_INLINE void bundle::mount_overlay(std::vector<std::string> lower, std::string const& upper, std::string const& work,
                                           std::string const& at) {
    auto end = lower.begin();
    for (auto& directory : lower)
        if (std::find(lower.begin(), end, directory) == end) {
            if (&*end != &directory) *end = std::move(directory);
            ++end;
        }
    lower.erase(end, lower.end());
    if (lower.size() > most_lower_directories)
        throw failure("a root of " + std::to_string(lower.size()) + " layers: the kernel stacks at most 500")
            .with_hint("join some RUN or COPY instructions");
    auto const links = path_ + "/lower/" + std::to_string(count_++);
    mounts_detail::make_directory(links, 0700);
    auto const link = [&](std::string const& to, std::string const& name) {
        if (::symlink(to.c_str(), (links + "/" + name).c_str()) != 0) throw cannot("link to " + to);
        return name;
    };
    std::string options = "userxattr,index=off,lowerdir=";
    for (std::size_t i = 0; i != lower.size(); ++i) options += (i == 0 ? "" : ":") + link(lower[i], std::to_string(i));
    if (!upper.empty()) {
        options += ",upperdir=" + link(upper, "u") + ",workdir=" + link(work, "w");
        // Unmounting would write everything to disk first, for a directory that is in tmp/ still. What a volatile mount leaves behind says
        // that the machine may have crashed; here it did not.
        options += ",volatile";
        std::error_code ignored;
        std::filesystem::remove_all(work + "/work/incompat", ignored);
    }
    if (::chdir(links.c_str()) != 0) throw cannot("enter " + links);
    mount_or_throw("overlay", at, "overlay", 0, options, "an overlay of " + std::to_string(lower.size()) + " directories at " + at);
    if (::chdir("/") != 0) throw cannot("enter /");
}

CONSTAGE_INLINE std::string bundle::scratch(std::string const& name) {
    auto const path = work_ + "/" + name;
    mounts_detail::make_directory(path, 0755);
    return path;
}

/// A part of a directory, wherever its symlinks lead inside it. Held by a mount, for others may be writing there meanwhile.
CONSTAGE_INLINE std::string bundle::mount_part(std::string const& directory, engine::sandbox_mount const& m) {
    descriptor const whole(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    auto const part = open_in_root(whole.get(), m.sub_path);
    struct stat st {};
    if (!part || ::fstat(part.get(), &st) != 0) throw cannot("find " + m.sub_path + " in the source of the mount at " + m.target);
    auto const at = path_ + "/mounts/" + std::to_string(count_++);
    if (S_ISDIR(st.st_mode))
        mounts_detail::make_directory(at, 0700);
    else
        write_new_file(at, "", 0600);
    mount_or_throw(("/proc/self/fd/" + std::to_string(part.get())).c_str(), at, "", MS_BIND | MS_REC, "", m.sub_path);
    return at;
}

CONSTAGE_INLINE spec_mount bundle::prepare(engine::sandbox_mount const& m) {
    using kind = engine::sandbox_mount::kind;
    if (m.what == kind::tmpfs) {
        std::vector<std::string> options = {"nosuid"};
        if (m.size != 0) options.push_back("size=" + std::to_string(m.size));
        if (m.noexec) options.push_back("noexec");
        return {m.target, "tmpfs", "tmpfs", options};
    }
    auto source = m.source;
    auto const number = std::to_string(count_);
    std::vector<std::string> lower = m.lower;
    if (m.what == kind::bind && m.discard_writes && std::filesystem::is_directory(source)) lower = {source};
    if (m.what == kind::overlay || !lower.empty()) {
        auto const at = path_ + "/mounts/" + number;
        mounts_detail::make_directory(at, 0700);
        auto const upper = scratch("upper." + number);
        if (!lower.empty())
            mounts_detail::copy_root_metadata(lower.front(), upper);
        else
            lower.push_back(scratch("empty"));
        mount_overlay(std::move(lower), upper, scratch("overlay." + number), at);
        descriptor const merged(::open(at.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        auto const part = open_in_root(merged.get(), m.what == kind::overlay ? m.sub_path : "");
        if (!part) throw cannot("find " + m.sub_path + " in the source of the mount at " + m.target);
        source = path_of(part);
    } else if (!m.sub_path.empty()) {
        source = mount_part(source, m);
    } else if (m.discard_writes) {  // a file
        auto const copy = work_ + "/copy." + number;
        struct stat st {};
        std::error_code error;
        auto const before = std::filesystem::exists(copy);  // as the command left it that ran here first
        if (!before && (::stat(source.c_str(), &st) != 0 || !std::filesystem::copy_file(source, copy, error) ||
                        ::chown(copy.c_str(), st.st_uid, st.st_gid) != 0 || ::chmod(copy.c_str(), st.st_mode & 07777) != 0))
            throw failure("cannot copy " + source + " for the mount at " + m.target);
        ++count_;
        source = copy;
    }
    std::vector<std::string> options = {"rbind", m.readonly ? "ro" : "rw"};
    if (m.noexec) options.push_back("noexec");
    return {m.target, "bind", source, options};
}

CONSTAGE_INLINE void bundle::add_file(std::string const& target, std::string const& content, unsigned mode, unsigned uid, unsigned gid,
                                      std::string_view access) {
    auto const path = path_ + "/files/" + std::to_string(count_++);
    write_new_file(path, content, mode);
    if ((uid != 0 || gid != 0) && (::chown(path.c_str(), uid, gid) != 0 || ::chmod(path.c_str(), mode) != 0))
        throw cannot("set the owner of " + target);
    std::vector<std::string> options = {"bind", std::string(access), "nosuid", "nodev"};
    if ((mode & 0111) == 0) options.push_back("noexec");
    mounts_.push_back({target, "bind", path, options});
}

CONSTAGE_INLINE void bundle::unmount_root() const { ::umount2(root().c_str(), MNT_DETACH); }

}  // namespace constage::sandbox

#endif
