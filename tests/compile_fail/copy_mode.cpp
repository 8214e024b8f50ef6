// SPDX-License-Identifier: BSL-1.0
// expect: mode_must_be_octal_or_symbolic
// g++: "0999"
// clang++: 0999
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), copy("a", "/b").chmod("0999"));
#else
constexpr auto app = stage<"app">(from("debian:12"), copy("a", "/b").chmod("u=rwX,go=rX"));
#endif
