// SPDX-License-Identifier: BSL-1.0
// expect: number_must_not_be_negative
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), healthcheck("x", {.retries = -3}));
#else
constexpr auto app = stage<"app">(from("debian:12"), healthcheck("x", {.retries = 3}));
#endif
