// SPDX-License-Identifier: BSL-1.0
// expect: no matching function
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), copy(from(scratch), "/a", "/b"));
#else
constexpr auto app = stage<"app">(from("debian:12"), copy(from("nginx"), "/a", "/b"));
#endif
