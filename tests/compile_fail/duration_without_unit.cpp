// SPDX-License-Identifier: BSL-1.0
// expect: duration_must_be_a_number_with_a_unit
// g++: "30"
// clang++: 30
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), healthcheck("x", {.interval = "30"}));
#else
constexpr auto app = stage<"app">(from("debian:12"), healthcheck("x", {.interval = "30s"}));
#endif
