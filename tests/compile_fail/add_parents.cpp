// SPDX-License-Identifier: BSL-1.0
// expect: parents
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), add("a", "/b").parents());
#else
constexpr auto app = stage<"app">(from("debian:12"), copy("a", "/b").parents());
#endif
// rows: C035
