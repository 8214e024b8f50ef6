// SPDX-License-Identifier: BSL-1.0
// expect: biuld
#include <constage/dsl.hpp>

using namespace constage;

constexpr auto build = stage<"build">(from("debian:12"));

#ifdef BAD
constexpr auto app = stage<"app">(from(biuld));
#else
constexpr auto app = stage<"app">(from(build));
#endif
