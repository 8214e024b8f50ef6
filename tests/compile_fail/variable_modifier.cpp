// SPDX-License-Identifier: BSL-1.0
// expect: variable_modifier_is_not_supported
// g++: \$\{B:=c\}
// clang++: \$\{B:=c\}
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), env("A", "${B:=c}"));
#else
constexpr auto app = stage<"app">(from("debian:12"), env("A", "${B:-c}"));
#endif
// rows: V009
