// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys.*json_args_recommended
// g++: "app".*"x"
// clang++: 'a', 'p', 'p'.*'x'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = graph(stage<"app">(from("debian"), cmd("x")));
static_assert(strict<app>());
#else
constexpr auto app = graph(stage<"app">(from("debian"), cmd(exec("x"))));
static_assert(strict<app>());
#endif
