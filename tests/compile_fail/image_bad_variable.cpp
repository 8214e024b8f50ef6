// SPDX-License-Identifier: BSL-1.0
// expect: variable_brace_is_not_closed
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:${V"));
#else
constexpr auto app = stage<"app">(from("debian:${V}"));
#endif
