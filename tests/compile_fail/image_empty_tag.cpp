// SPDX-License-Identifier: BSL-1.0
// expect: image_tag_is_empty
// g++: "debian:"
// clang++: debian:
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:"));
#else
constexpr auto app = stage<"app">(from("debian:12"));
#endif
