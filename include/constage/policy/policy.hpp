// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_POLICY_POLICY_HPP_INCLUDED
#define CONSTAGE_POLICY_POLICY_HPP_INCLUDED

#include <constage/policy/bases.hpp>
#include <constage/policy/content.hpp>
#include <constage/policy/derive.hpp>
#include <constage/policy/require.hpp>

#endif
