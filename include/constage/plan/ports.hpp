// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_PORTS_HPP_INCLUDED
#define CONSTAGE_PLAN_PORTS_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string>
#include <vector>

namespace constage::plan {

/// The words of EXPOSE (G005), expanded: `80`, `80/tcp`, `8000-8002/udp`, `[ip:][host:]container[/proto]` → "80/tcp", one by one, in the
/// order of the words. Throws constage::failure that quotes the word.
std::vector<std::string> parse_ports(std::vector<std::string> const& words);

}  // namespace constage::plan

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/plan/ports.ipp>
#endif
#endif
