// SPDX-License-Identifier: BSL-1.0
// expect: stage_is_in_graph.*used_by.*did_you_mean
// g++: "build".*"runtime"
// clang++: 'b', 'u', 'i', 'l', 'd'.*'r', 'u', 'n'
#include <constage/dsl.hpp>

using namespace constage;

constexpr auto build = stage<"build">(from("debian:12"));
constexpr auto runtime = stage<"runtime">(from("debian:12"), copy(from(build), "/a", "/b"));

#ifdef BAD
constexpr auto app = graph(runtime);
#else
constexpr auto app = graph(build, runtime);
#endif
