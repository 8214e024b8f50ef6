// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys.*maintainer_deprecated
// g++: "app".*"me"
// clang++: 'a', 'p', 'p'.*'m', 'e'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = graph(stage<"app">(from("debian"), maintainer("me")));
#else
constexpr auto app = graph(stage<"app">(from("debian"), label("maintainer", "me")));
#endif
static_assert(strict<app>());
