// SPDX-License-Identifier: BSL-1.0
// expect: path_climbs_out_of_the_build_context
// g++: "\.\./b"
// clang++: \.\./b
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), copy("../b", "/b"));
#else
constexpr auto app = stage<"app">(from("debian:12"), copy("a/../b", "/b"));
#endif
