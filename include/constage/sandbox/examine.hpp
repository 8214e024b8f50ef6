// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_EXAMINE_HPP_INCLUDED
#define CONSTAGE_SANDBOX_EXAMINE_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string>
#include <vector>

namespace constage::engine {
struct finding;
}

namespace constage::sandbox {

/// What RUN needs on this machine, one finding each: the OCI runtime (`wanted` as in sandbox_host), privilege or user namespaces with
/// subordinate ids, overlay (in `store`, or where it would be made), network, cgroups. Tries things out in processes of its own; changes
/// nothing.
std::vector<engine::finding> examine(std::string const& wanted, std::string const& store);

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/examine.ipp>
#endif
#endif
