// SPDX-License-Identifier: BSL-1.0
// expect: path_is_empty
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), copy("a", ""));
#else
constexpr auto app = stage<"app">(from("debian:12"), copy("a", "/b"));
#endif
