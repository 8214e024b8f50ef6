// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_OWNER_HPP_INCLUDED
#define CONSTAGE_FILES_OWNER_HPP_INCLUDED

#include <constage/files/tree.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace constage::files {

struct owner {
    std::uint32_t uid = 0, gid = 0;
};

/// --chown=u[:g] against the image's own /etc/passwd and /etc/group (C012: unknown names are 0, silently; a numeric user alone is its
/// group, too). WORKDIR means the same by USER (G008). A name needs an image that has some file: throws constage::failure if `root` is
/// empty.
owner owner_of(std::string_view text, tree const& root);

/// What RUN needs to know of USER (R004, G007).
struct account {
    owner ids;
    std::vector<std::uint32_t> groups;  ///< the primary one and, unless a group was given, those of /etc/group
    std::string home = "/";             ///< from /etc/passwd
};
/// Throws constage::failure for a name that is not in /etc/passwd or /etc/group. "" is root.
account account_of(std::string_view user, tree const& root);

/// --chmod: octal or symbolic, applied to a mode (C013). Throws constage::failure.
std::uint32_t change_mode(std::string_view chmod, std::uint32_t mode, bool directory);
/// Nothing but octal digits: then --chmod holds for the directories that a copy makes on its way, too (C006).
bool is_octal_mode(std::string_view chmod);

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/owner.ipp>
#include <constage/files/owner_mode.ipp>
#endif
#endif
