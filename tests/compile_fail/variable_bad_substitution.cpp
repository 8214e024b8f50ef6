// SPDX-License-Identifier: BSL-1.0
// expect: variable_substitution_is_bad
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), env("A", "${}"));
#else
constexpr auto app = stage<"app">(from("debian:12"), env("A", "${B}"));
#endif
// rows: V001
