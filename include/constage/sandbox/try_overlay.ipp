// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_TRY_OVERLAY_IPP_INCLUDED
#define CONSTAGE_SANDBOX_TRY_OVERLAY_IPP_INCLUDED

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <constage/sandbox/descriptor.hpp>
#include <constage/sandbox/try_overlay.hpp>
#include <constage/sandbox/user_namespace.hpp>
#include <constage/system_failure.hpp>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace constage::sandbox {

namespace try_overlay_detail {

struct id_map {
    char const* file;
    std::string text;
};

/// Runs in a child: only system calls. Returns errno.
CONSTAGE_INLINE int mount_here(bool privileged, id_map const (&maps)[3], std::string const& options, std::string const& at) {
    if (!privileged) {
        if (::unshare(CLONE_NEWUSER) != 0) return errno;
        for (auto const& map : maps) {
            int const fd = ::open(map.file, O_WRONLY | O_CLOEXEC);
            if (fd < 0 || ::write(fd, map.text.data(), map.text.size()) < 0) return errno;
            ::close(fd);
        }
    }
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, "") != 0) return errno;
    return ::mount("overlay", at.c_str(), "overlay", 0, options.c_str()) == 0 ? 0 : errno;
}

}  // namespace try_overlay_detail

CONSTAGE_INLINE int try_overlay(std::string const& place) {
    using namespace try_overlay_detail;
    auto directory = place + "/.constage-XXXXXX";
    if (!::mkdtemp(directory.data())) throw system_failure("write to", place);
    for (auto const* name : {"/lower", "/upper", "/work", "/merged"}) ::mkdir((directory + name).c_str(), 0700);
    auto const options =
        "userxattr,index=off,lowerdir=" + directory + "/lower,upperdir=" + directory + "/upper,workdir=" + directory + "/work";
    auto const merged = directory + "/merged";
    id_map const maps[] = {{"/proc/self/setgroups", "deny"},
                           {"/proc/self/uid_map", "0 " + std::to_string(::geteuid()) + " 1"},
                           {"/proc/self/gid_map", "0 " + std::to_string(::getegid()) + " 1"}};
    auto const privileged = has_privilege();
    auto const child = ::fork();
    if (child == 0) ::_exit(mount_here(privileged, maps, options, merged));
    int status = 0;
    if (child > 0) ::waitpid(child, &status, 0);
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : EAGAIN;
}

}  // namespace constage::sandbox

#endif
