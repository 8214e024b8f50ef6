// SPDX-License-Identifier: BSL-1.0
// expect: stage_number_is_its_position
// g++: "1"
// clang++: '1'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto a = stage<"1">(from("debian:12"));
constexpr auto app = graph(a);
#else
constexpr auto a = stage<"0">(from("debian:12"));
constexpr auto app = graph(a);
#endif
