// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys.*expose_proto_casing
// g++: "app".*"80/TCP"
// clang++: 'a', 'p', 'p'.*'8', '0', '/', 'T', 'C', 'P'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = graph(stage<"app">(from("debian"), expose("80/TCP")));
#else
constexpr auto app = graph(stage<"app">(from("debian"), expose("80/tcp")));
#endif
static_assert(strict<app>());
