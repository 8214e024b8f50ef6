// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_PRIVATE_MOUNTS_HPP_INCLUDED
#define CONSTAGE_SANDBOX_PRIVATE_MOUNTS_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string>

namespace constage::sandbox {

/// Gives the calling thread a mount namespace, a working directory and a umask (022) of its own. What it mounts, nobody else sees, and it
/// is gone with the thread and the processes that it starts. Throws constage::failure with a hint if that is not allowed.
void enter_private_mounts();

/// mount(2), but failures are constage::failure with a hint: "cannot mount `what`: reason".
void mount_or_throw(char const* source, std::string const& target, char const* type, unsigned long flags, std::string const& options,
                    std::string const& what);

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/private_mounts.ipp>
#endif
#endif
