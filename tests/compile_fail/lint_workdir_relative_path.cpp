// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys.*workdir_relative_path
// g++: "app".*"sub"
// clang++: 'a', 'p', 'p'.*'s', 'u', 'b'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = graph(stage<"app">(from("debian"), workdir("sub")));
#else
constexpr auto app = graph(stage<"app">(from("debian"), workdir("/sub")));
#endif
static_assert(strict<app>());
