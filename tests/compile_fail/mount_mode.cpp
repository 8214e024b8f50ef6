// SPDX-License-Identifier: BSL-1.0
// expect: text_must_be_a_number
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), run("x").secret("s", {.mode = "u=r"}));
#else
constexpr auto app = stage<"app">(from("debian:12"), run("x").secret("s", {.mode = "0400"}));
#endif
