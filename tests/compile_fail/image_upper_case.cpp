// SPDX-License-Identifier: BSL-1.0
// expect: image_repository_must_be_lower_case
// g++: "Debian:12"
// clang++: Debian:12
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("Debian:12"));
#else
constexpr auto app = stage<"app">(from("debian:12"));
#endif
