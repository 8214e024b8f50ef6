// SPDX-License-Identifier: BSL-1.0
// expect: size
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), run("x").secret("s", {.size = "1m"}));
#else
constexpr auto app = stage<"app">(from("debian:12"), run("x").tmpfs("/t", {.size = "1m"}));
#endif
// rows: R014
