// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_SUMMARY_HPP_INCLUDED
#define CONSTAGE_REPORT_SUMMARY_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/build.hpp>

#include <cstddef>
#include <string>

namespace constage::report {

/// What a build was worth, after it: when each stage worked and how long, against the critical path; what the image holds, by stage and by
/// source line; how much the multi-stage build left behind. Lines are at most `columns` wide. Times only of what ran: a build that was
/// all cached says so in one line.
std::string summary(engine::report const& r, std::size_t columns = 100);

}  // namespace constage::report

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/report/summary.ipp>
#endif
#endif
