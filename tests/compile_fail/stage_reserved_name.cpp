// SPDX-License-Identifier: BSL-1.0
// expect: stage_has_a_valid_name
// g++: "scratch"
// clang++: 's', 'c'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto a = stage<"scratch">(from("debian:12"));
#else
constexpr auto a = stage<"scratches">(from("debian:12"));
#endif
