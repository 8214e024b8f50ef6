// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys.*from_platform_flag_const_disallowed
// g++: "app".*"linux/arm64"
// clang++: 'a', 'p', 'p'.*'l', 'i', 'n', 'u', 'x', '/', 'a', 'r', 'm', '6', '4'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = graph(args(arg("TAG", "12"), arg("EMPTY")), stage<"app">(from("debian").platform("linux/arm64")));
#else
constexpr auto app = graph(args(arg("TAG", "12"), arg("EMPTY")), stage<"app">(from("debian").platform("$BUILDPLATFORM")));
#endif
static_assert(strict<app>());
