// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_SECCOMP_HPP_INCLUDED
#define CONSTAGE_SANDBOX_SECCOMP_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string>

namespace constage::sandbox {

/// `linux.seccomp` of config.json, as JSON text: what is not listed fails with EPERM. The rules are those of BuildKit's sandbox for its 14
/// capabilities; system calls that would need other capabilities are not there.
std::string const& seccomp_profile();

/// The same rules, compiled: what seccomp(2) loads. crun takes it as it is; from the profile it makes it anew for every container, which
/// takes as long as all else that it does. Empty: this machine's libseccomp cannot.
std::string const& seccomp_program();

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/seccomp.ipp>
#endif
#endif
