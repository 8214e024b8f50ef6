// SPDX-License-Identifier: BSL-1.0
// expect: every name needs a value
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), env("A", "1", "B"));
#else
constexpr auto app = stage<"app">(from("debian:12"), env("A", "1", "B", "2"));
#endif
