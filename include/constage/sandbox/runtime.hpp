// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_RUNTIME_HPP_INCLUDED
#define CONSTAGE_SANDBOX_RUNTIME_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string>
#include <vector>

namespace constage::sandbox {

struct spec_host;

/// An OCI runtime, and how it must be called on this machine.
class runtime {
public:
    /// `wanted` is a name or a path; empty: crun, else runc. Throws constage::failure if there is none.
    explicit runtime(std::string const& wanted);

    std::string const& path() const { return path_; }

    /// What config.json must say about cgroups, and what the runtime understands.
    void describe(spec_host& host, std::string const& id) const;

    /// Called by the thread that will start the runtime, in its private mounts: limits which devices the container may open where the
    /// runtime cannot, and hides cgroup hierarchies that crun does not understand.
    void prepare_cgroup(bool insecure) const;

    /// The command line that runs the container in `bundle`; its log goes to `bundle`/log.
    std::vector<std::string> command(std::string const& bundle, std::string const& id) const;

    /// The runtime opened, if it is better started from there than by its path; else -1.
    int executable() const;

    /// What the runtime complained about, from its log; empty if the container ran.
    static std::string complaint(std::string const& log);

private:
    std::string path_;
    bool crun_ = false;
    bool cgroup2_ = false;     ///< /sys/fs/cgroup is cgroup v2
    bool may_manage_ = false;  ///< real root, writable cgroups
};

/// What `crun` and `runc` say when the command itself is not there or cannot be started, and the exit code that a shell gives then
/// (127 or 126); 0 for any other complaint.
int exit_code_of(std::string const& complaint);

/// True if user ids here are those of the machine: no user namespace around us.
bool in_initial_user_namespace();

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/runtime.ipp>
#endif
#endif
