// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SYSTEM_FAILURE_HPP_INCLUDED
#define CONSTAGE_SYSTEM_FAILURE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/failure.hpp>

#include <cerrno>
#include <string>

namespace constage {

/// "cannot ACTION PATH: " and what the code of the system says. A full disk has its hint; callers add theirs with `with_hint`.
failure system_failure(std::string const& action, std::string const& path, int code = errno);

}  // namespace constage

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/system_failure.ipp>
#endif
#endif
