// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_PICTURE_HPP_INCLUDED
#define CONSTAGE_PLAN_PICTURE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/resolve.hpp>

#include <string>

/// Pictures of a plan for a chosen target: stages with levels, kinds of edge, what is pruned, the critical path (by number of steps).
namespace constage::plan {

std::string to_text(plan const& what, resolution const& how);
std::string to_dot(plan const& what, resolution const& how);
std::string to_mermaid(plan const& what, resolution const& how);

}  // namespace constage::plan

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/plan/picture.ipp>
#endif
#endif
