// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_JSON_HPP_INCLUDED
#define CONSTAGE_PLAN_JSON_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/plan.hpp>

#include <string>
#include <string_view>

namespace constage::plan {

/// Canonical JSON: keys sorted, fields with their default value left out, source positions only under keys named "source". The same
/// plan gives the same bytes; `indent` < 0 is one line.
std::string to_json(plan const& what, int indent = 2);

/// Reads what to_json wrote. Bounded and type-checked; throws constage::failure that names the path of the field.
plan from_json(std::string_view text);

}  // namespace constage::plan

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/plan/json.ipp>
#endif
#endif
