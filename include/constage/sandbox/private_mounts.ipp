// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_PRIVATE_MOUNTS_IPP_INCLUDED
#define CONSTAGE_SANDBOX_PRIVATE_MOUNTS_IPP_INCLUDED

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <constage/failure.hpp>
#include <constage/sandbox/descriptor.hpp>
#include <constage/sandbox/private_mounts.hpp>

#include <cerrno>

namespace constage::sandbox {

CONSTAGE_INLINE void mount_or_throw(char const* source, std::string const& target, char const* type, unsigned long flags,
                                    std::string const& options, std::string const& what) {
    if (::mount(source, target.c_str(), type, flags, options.c_str()) == 0) return;
    auto f = cannot("mount " + what);
    f.hint =
        errno == EPERM ? "this process may not mount: run as root, or let `constage doctor` say what rootless builds need"
        : errno == EINVAL || errno == EOPNOTSUPP || errno == ENODEV
            ? "the kernel has no overlay on this file system (another overlay, NFS, …): choose a store on a local disk with --store DIR"
            : "`constage doctor` says what this machine allows";
    throw f;
}

CONSTAGE_INLINE void enter_private_mounts() {
    if (::unshare(CLONE_NEWNS) != 0) {
        auto f = cannot("make a mount namespace");
        f.hint = "RUN needs root or a user namespace: `constage doctor` says what this machine allows";
        throw f;
    }
    mount_or_throw("none", "/", nullptr, MS_REC | MS_PRIVATE, "", "the root directory privately");
    ::umask(022);
}

}  // namespace constage::sandbox

#endif
