// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_USER_NAMESPACE_HPP_INCLUDED
#define CONSTAGE_SANDBOX_USER_NAMESPACE_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Builds without root: a user namespace in which the ordinary user is root and owns the ids that /etc/subuid and /etc/subgid give to them.
namespace constage::sandbox {

/// Some consecutive ids of the machine.
struct id_range {
    unsigned long start = 0, count = 0;
};

/// What /etc/subuid or /etc/subgid (its text) gives to a user, by name or by number.
std::vector<id_range> subordinate_ids(std::string_view text, std::string const& name, unsigned long uid);

/// Of the user who runs this; their number if they have no name.
std::string user_name();

/// Root, and allowed to mount.
bool has_privilege();

/// Starts this program again as root of a user namespace and returns its exit code; none if there is no need.
/// Throws constage::failure with the command that would help.
std::optional<int> enter_user_namespace(int argc, char** argv);

/// Tries whether this user may make a user namespace. Empty: yes; else the reason, and how to change it.
struct obstacle {
    std::string reason, fix;
};
std::optional<obstacle> user_namespace_obstacle();

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/user_namespace.ipp>
#endif
#endif
