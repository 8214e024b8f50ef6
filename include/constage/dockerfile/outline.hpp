// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_OUTLINE_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_OUTLINE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/dockerfile/document.hpp>
#include <constage/plan/resolve.hpp>

#include <string>
#include <vector>

/// What a Dockerfile offers to its callers: stages, arguments, secrets (B021), with the descriptions of their comments (F016).
namespace constage::dockerfile {

struct target_info {
    std::string name;            ///< lower case; empty: none
    std::string description;     ///< of the comment `# name …`
    std::string base, platform;  ///< as written
    bool is_default = false;
    int line = 0, last_line = 0;
};
/// All stages, in order.
std::vector<target_info> targets_of(document const& what);

struct outline {
    struct argument {
        std::string name, value, description;
        int line = 0, last_line = 0;
    };
    struct credential {
        std::string name;
        bool required = false;
        int line = 0, last_line = 0;
    };
    std::string name, description;  ///< of the target
    std::vector<argument> arguments;
    std::vector<credential> secrets, ssh;
};
/// What the target and the stages that it needs take, in the order of their lines, as a build on empty bases would see it. Throws
/// constage::failure: unknown target, or what stops such a build.
outline outline_of(document const& what, plan::choice const& how);

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/outline.ipp>
#endif
#endif
