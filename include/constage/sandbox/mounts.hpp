// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_MOUNTS_HPP_INCLUDED
#define CONSTAGE_SANDBOX_MOUNTS_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/sandbox/spec_mount.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace constage::engine {
struct sandbox_request;
struct sandbox_mount;
}  // namespace constage::engine

/// What must be mounted before the OCI runtime starts. Everything here works on the *calling thread's* mount namespace.
namespace constage::sandbox {

/// The files of one container, in a tmpfs at `work`/bundle: config.json (it may hold secrets), the merged root, the runtime's state.
class bundle {
public:
    /// Mounts the root file system and all that the mounts of the step need. Throws constage::failure.
    bundle(engine::sandbox_request const& what);

    std::string const& path() const { return path_; }
    std::string root() const { return path_ + "/root"; }
    /// The mounts of the step as the runtime shall do them.
    std::vector<spec_mount> const& mounts() const { return mounts_; }

    /// A small file of this container, mounted read-only at `target`.
    void add_file(std::string const& target, std::string const& content, unsigned mode, unsigned uid, unsigned gid,
                  std::string_view access = "ro");

    /// Unmounts the root, so that the upper directory may be changed.
    void unmount_root() const;

private:
    void mount_root(engine::sandbox_request const& what);
    void mount_overlay(std::vector<std::string> lower, std::string const& upper, std::string const& work, std::string const& at);
    spec_mount prepare(engine::sandbox_mount const& m);
    std::string mount_part(std::string const& directory, engine::sandbox_mount const& m);
    /// A directory on disk that goes away with the step.
    std::string scratch(std::string const& name);

    std::string path_, work_;
    std::vector<spec_mount> mounts_;
    int count_ = 0;
};

/// The most lower directories that one overlay may have (the kernel's limit).
inline constexpr std::size_t most_lower_directories = 500;

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/mounts.ipp>
#endif
#endif
