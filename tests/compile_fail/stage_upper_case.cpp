// SPDX-License-Identifier: BSL-1.0
// expect: stage_has_a_valid_name
// g++: "Build"
// clang++: 'B', 'u'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto a = stage<"Build">(from("debian:12"));
#else
constexpr auto a = stage<"build">(from("debian:12"));
#endif
// rows: S004
