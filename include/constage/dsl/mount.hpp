// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_MOUNT_HPP_INCLUDED
#define CONSTAGE_DSL_MOUNT_HPP_INCLUDED

#include <constage/dsl/literals.hpp>

/// The options of RUN's mounts, as named fields: `.cache("/root/.m2", {.id = "m2", .sharing = "locked"})` (rows R007 to R014).
namespace constage {

struct bind_options {
    dsl::flag rw = {};  ///< writes are allowed, and thrown away after the instruction
    dsl::flag readonly = {};
};

struct cache_options {
    dsl::expanded_text id = {};           ///< default: the target
    dsl::sharing_text sharing = {};       ///< shared (default), private, locked
    dsl::number_text mode = {};           ///< 0755
    dsl::number_text uid = {}, gid = {};  ///< 0
    dsl::flag readonly = {};
};

struct tmpfs_options {
    dsl::number_text size = {};  ///< bytes, or text with a unit: "64m"
};

struct secret_options {
    dsl::mount_path target = {};          ///< default: /run/secrets/<id>, unless only `env` is given
    dsl::expanded_text env = {};          ///< the variable to put it into
    dsl::flag required = {};              ///< default: an absent secret is no file, silently
    dsl::number_text mode = {};           ///< 0400
    dsl::number_text uid = {}, gid = {};  ///< 0
};

struct ssh_options {
    dsl::expanded_text id = {};   ///< default: "default"
    dsl::mount_path target = {};  ///< default: /run/buildkit/ssh_agent.N
    dsl::flag required = {};
    dsl::number_text mode = {};           ///< 0600
    dsl::number_text uid = {}, gid = {};  ///< 0
};

}  // namespace constage

#endif
