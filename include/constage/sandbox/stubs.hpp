// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_STUBS_HPP_INCLUDED
#define CONSTAGE_SANDBOX_STUBS_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <map>
#include <string>
#include <vector>

namespace constage::sandbox {

/// The runtime makes what it needs to mount something on: empty directories and files, and with them the parents that are missing. A
/// command did not make those, so they must not become part of the layer.
class stubs {
public:
    /// Looks, before the container starts, which of `targets` are missing in the root file system at `root`.
    /// Symlinks are followed inside of it. Throws constage::failure if `root` cannot be opened.
    stubs(std::string const& root, std::vector<std::string> const& targets);

    /// Makes the missing directories above the missing targets, 0755 and root's: crun would make them sticky, which a command can see.
    void make_parents(std::string const& root) const;

    /// Removes those that are empty now from the upper directory, and what else only their making brought there.
    void remove_from(std::string const& upper) const;

private:
    struct metadata {
        unsigned mode = 0, uid = 0, gid = 0;
    };
    void look(int root, std::string target);

    std::vector<std::string> missing_;        ///< parents first; resolved, relative to the root
    std::map<std::string, metadata> around_;  ///< directories that exist above a missing one, as they are
};

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/stubs.ipp>
#endif
#endif
