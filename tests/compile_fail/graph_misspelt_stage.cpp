// SPDX-License-Identifier: BSL-1.0
// expect: stage_is_in_graph
// g++: "biuld".*used_by.*"runtime".*did_you_mean.*"build"
// clang++: 'b', 'i', 'u', 'l', 'd'.*used_by.*'r', 'u'.*did_you_mean.*'b', 'u', 'i', 'l', 'd'
#include <constage/dsl.hpp>

using namespace constage;

constexpr auto build = stage<"build">(from("debian:12"));

#ifdef BAD
constexpr auto runtime = stage<"runtime">(from(ref<"biuld">));
constexpr auto app = graph(build, runtime);
#else
constexpr auto runtime = stage<"runtime">(from(ref<"build">));
constexpr auto app = graph(build, runtime);
#endif
