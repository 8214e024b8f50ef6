// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_SEALED_COPY_HPP_INCLUDED
#define CONSTAGE_SANDBOX_SEALED_COPY_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string>

namespace constage::sandbox {

/// A copy of an executable in memory (memfd_create(2)) that nobody can change any more: a descriptor of it, open until the process ends.
/// The same one for the same path. -1 if the machine does not allow that.
///
/// crun makes one of itself whenever it starts, and starts again from there: else a container could write to the machine's crun through
/// /proc/self/exe. Given one, it need not: every second start of crun, and of the eleven libraries that it loads, falls away.
int sealed_copy(std::string const& path);

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/sealed_copy.ipp>
#endif
#endif
