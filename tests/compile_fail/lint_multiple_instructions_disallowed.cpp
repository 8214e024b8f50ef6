// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys.*multiple_instructions_disallowed
// g++: "app".*"CMD"
// clang++: 'a', 'p', 'p'.*'C', 'M', 'D'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = graph(stage<"app">(from("debian"), cmd(exec("a")), cmd(exec("b"))));
#else
constexpr auto app = graph(stage<"app">(from("debian"), cmd(exec("b"))));
#endif
static_assert(strict<app>());
