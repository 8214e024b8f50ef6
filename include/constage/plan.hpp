// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_HPP_INCLUDED
#define CONSTAGE_PLAN_HPP_INCLUDED

#include <constage/plan/describe.hpp>
#include <constage/plan/expand.hpp>
#include <constage/plan/json.hpp>
#include <constage/plan/picture.hpp>
#include <constage/plan/plan.hpp>
#include <constage/plan/ports.hpp>
#include <constage/plan/resolve.hpp>
#include <constage/plan/suggest.hpp>

#endif
