// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_EXPORT_DOCKERFILE_HPP_INCLUDED
#define CONSTAGE_EXPORT_DOCKERFILE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/plan.hpp>

#include <string>

namespace constage::exporter {

/// A Dockerfile that says what the plan says: reading it gives the same plan. Stages without a name that a FROM or a mount needs get one.
/// Throws constage::failure, with the place, for the little that a program can say and a Dockerfile cannot (a line break in a word).
std::string to_dockerfile(plan::plan const& what);

}  // namespace constage::exporter

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/export/dockerfile.ipp>
#endif
#endif
