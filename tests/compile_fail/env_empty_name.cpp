// SPDX-License-Identifier: BSL-1.0
// expect: name_is_empty
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), env("", "1"));
#else
constexpr auto app = stage<"app">(from("debian:12"), env("A", "1"));
#endif
