// SPDX-License-Identifier: BSL-1.0
// expect: stage_begins_with_its_only_from
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto a = stage<"build">(run("x"), from("debian:12"));
#else
constexpr auto a = stage<"build">(from("debian:12"), run("x"));
#endif
