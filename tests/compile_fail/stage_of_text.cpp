// SPDX-License-Identifier: BSL-1.0
// expect: no matching function
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto a = stage<"build">(from("debian:12"), "x");
#else
constexpr auto a = stage<"build">(from("debian:12"), run("x"));
#endif
