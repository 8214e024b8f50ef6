// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_SPEC_HPP_INCLUDED
#define CONSTAGE_SANDBOX_SPEC_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/sandbox/spec_mount.hpp>

#include <string>
#include <vector>

namespace constage::engine {
struct sandbox_request;
}

/// The container of one RUN as an OCI runtime's config.json: the capabilities, mounts, masked paths and system calls that BuildKit's
/// sandbox has.
namespace constage::sandbox {

/// What config.json depends on besides the request.
struct spec_host {
    std::string root;                ///< directory with the merged root file system
    std::vector<spec_mount> mounts;  ///< after those that every container has
    bool new_network = false;        ///< a namespace with nothing but lo; else the one that the runtime is started in
    bool own_network = true;         ///< the container's network namespace is ours (a user namespace may mount /sys only then)
    bool cgroup2 = false;            ///< /sys/fs/cgroup is cgroup v2
    bool limit_devices = false;      ///< the runtime has a cgroup to put the container into
    std::string cgroup;              ///< its path; empty: the runtime's choice
    bool crun = false;               ///< the runtime takes a compiled seccomp filter
};

/// Mounts that every container has: /proc, /dev, /sys, … Those whose target a mount of the step takes are left out.
std::vector<spec_mount> standard_mounts(engine::sandbox_request const& what, spec_host const& host);

/// The text of config.json. Throws constage::failure for a malformed ulimit.
std::string spec_of(engine::sandbox_request const& what, spec_host const& host);

/// Names of the capabilities of a mask, those left out that this process could not give away (its bounding set lacks them).
std::vector<std::string> capability_names(unsigned long long mask);

/// What BuildKit gives to a RUN: 0xa80425fb.
inline constexpr unsigned long long sandbox_capabilities = 0xa80425fb;

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/spec.ipp>
#endif
#endif
