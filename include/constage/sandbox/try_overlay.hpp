// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_TRY_OVERLAY_HPP_INCLUDED
#define CONSTAGE_SANDBOX_TRY_OVERLAY_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string>

namespace constage::sandbox {

/// Mounts an overlay as RUN does, with its directories in `place`, in a process and a mount namespace of its own (without privilege: a user
/// namespace too). Nothing is left in `place`. Returns 0 or errno; throws constage::failure if `place` cannot be written.
int try_overlay(std::string const& place);

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/try_overlay.ipp>
#endif
#endif
