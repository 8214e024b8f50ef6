// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_HPP_INCLUDED
#define CONSTAGE_REPORT_HPP_INCLUDED

#include <constage/report/progress.hpp>  // first: it defines (in a header-only program) what needs the other views

#include <constage/report/excerpt.hpp>
#include <constage/report/json_lines.hpp>
#include <constage/report/live.hpp>
#include <constage/report/plain.hpp>
#include <constage/report/summary.hpp>
#include <constage/report/text.hpp>

#endif
