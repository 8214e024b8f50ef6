// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys.*no_network_in_run
// g++: "app".*"make"
// clang++: 'a', 'p', 'p'.*'m', 'a', 'k', 'e'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = graph(stage<"app">(from("debian"), run("make")));
#else
constexpr auto app = graph(stage<"app">(from("debian"), run("make").network("none")));
#endif
static_assert(require<app, policy::no_network_in_run>());
