// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys.*undefined_arg_in_from
// g++: "app".*"debian:\$\{TGA\}"
// clang++: 'a', 'p', 'p'.*'d', 'e', 'b', 'i', 'a', 'n', ':', '\$', '\{', 'T', 'G', 'A', '\}'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = graph(args(arg("TAG", "12"), arg("EMPTY")), stage<"app">(from("debian:${TGA}")));
#else
constexpr auto app = graph(args(arg("TAG", "12"), arg("EMPTY")), stage<"app">(from("debian:${TAG}")));
#endif
static_assert(strict<app>());
