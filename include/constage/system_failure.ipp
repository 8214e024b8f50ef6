// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SYSTEM_FAILURE_IPP_INCLUDED
#define CONSTAGE_SYSTEM_FAILURE_IPP_INCLUDED

#include <constage/system_failure.hpp>

#include <cerrno>
#include <cstring>

namespace constage {

CONSTAGE_INLINE failure system_failure(std::string const& action, std::string const& path, int code) {
    auto f = failure("cannot " + action + " " + path + ": " + std::strerror(code));
    if (code == ENOSPC || code == EDQUOT)
        f.hint = "the disk is full: make room (`constage store prune` frees what no image needs), or choose a place on another disk";
    return f;
}

}  // namespace constage

#endif
