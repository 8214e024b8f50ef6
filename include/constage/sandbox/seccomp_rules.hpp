// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_SECCOMP_RULES_HPP_INCLUDED
#define CONSTAGE_SANDBOX_SECCOMP_RULES_HPP_INCLUDED

#include <seccomp.h>

#include <constage/detail/config.hpp>

#include <cstdint>
#include <string>
#include <vector>

/// Which system calls a RUN may make: the rules of BuildKit's sandbox for its 14 capabilities.
namespace constage::sandbox {

/// What is done with some system calls, if the condition is met where there is one.
struct seccomp_rule {
    std::vector<std::string> names;
    std::uint32_t errno_value = 0;  ///< 0: allowed
    bool conditional = false;
    scmp_arg_cmp when{};
};

/// All other system calls fail with EPERM.
std::vector<seccomp_rule> const& seccomp_rules();

/// Programs of which architectures a machine of this one runs, the native one first.
struct seccomp_architecture {
    std::string name;  ///< as config.json spells it; empty: the native one, which need not be named
    std::uint32_t number;
};
std::vector<seccomp_architecture> const& seccomp_architectures();

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/seccomp_rules.ipp>
#endif
#endif
