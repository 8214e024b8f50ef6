// SPDX-License-Identifier: BSL-1.0
// expect: static.assert
// g++: derives_from
// clang++: derives_from
#include <constage/dsl.hpp>

using namespace constage;

constexpr auto build = stage<"build">(from("debian:12"));
constexpr auto runtime = stage<"runtime">(from("debian:12"), copy(from(build), "/a", "/b"));

constexpr auto app = graph(build, runtime);

#ifdef BAD
static_assert(policy::derives_from(app, build));
#else
static_assert(!policy::derives_from(app, build));
#endif
