// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_DESCRIBE_HPP_INCLUDED
#define CONSTAGE_PLAN_DESCRIBE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/plan.hpp>

#include <string>

namespace constage::plan {

/// One line as in a Dockerfile, for progress and errors: `COPY --from=build /app/x.jar /app/`.
std::string describe(step const& which);

}  // namespace constage::plan

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/plan/describe.ipp>
#endif
#endif
