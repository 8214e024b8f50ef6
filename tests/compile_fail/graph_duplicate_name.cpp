// SPDX-License-Identifier: BSL-1.0
// expect: stage_names_differ
// g++: "one"
// clang++: 'o', 'n', 'e'
#include <constage/dsl.hpp>

using namespace constage;

constexpr auto one = stage<"one">(from("debian:12"));

#ifdef BAD
constexpr auto two = stage<"one">(from("debian:12"));
constexpr auto app = graph(one, two);
#else
constexpr auto two = stage<"two">(from("debian:12"));
constexpr auto app = graph(one, two);
#endif
// rows: S005
