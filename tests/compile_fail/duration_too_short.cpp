// SPDX-License-Identifier: BSL-1.0
// expect: duration_must_be_0_or_at_least_1ms
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), healthcheck("x", {.timeout = "10us"}));
#else
constexpr auto app = stage<"app">(from("debian:12"), healthcheck("x", {.timeout = "1ms"}));
#endif
