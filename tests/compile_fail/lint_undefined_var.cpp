// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys.*undefined_var
// g++: \$W
// clang++: '\$', 'W'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = graph(stage<"app">(from("debian"), arg("V"), env("A", "$W")));
static_assert(require<app, lint::undefined_var>());
#else
constexpr auto app = graph(stage<"app">(from("debian"), arg("V"), env("A", "$V")));
static_assert(require<app, lint::undefined_var>());
#endif
