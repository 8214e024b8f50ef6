// SPDX-License-Identifier: BSL-1.0
// expect: network_must_be_default_none_or_host
// g++: "bridge"
// clang++: bridge
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), run("x").network("bridge"));
#else
constexpr auto app = stage<"app">(from("debian:12"), run("x").network("none"));
#endif
