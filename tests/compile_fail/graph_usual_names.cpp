// SPDX-License-Identifier: BSL-1.0
// The names that people give to stages are free; a stage that was forgotten is named.
// expect: stage_is_in_graph
// g++: "cache".*"prod"
// clang++: 'c', 'a', 'c', 'h', 'e'.*'p', 'r', 'o', 'd'
#include <constage/dsl.hpp>

using namespace constage;

constexpr auto base = stage<"base">(from("debian:12"));
constexpr auto deps = stage<"deps">(from(base), run("apt-get update"));
constexpr auto build = stage<"build">(from(deps), run("make"));
constexpr auto test = stage<"test">(from(build), run("make check"));
constexpr auto cache = stage<"cache">(from(scratch));
constexpr auto dev = stage<"dev">(from(build));
constexpr auto runtime = stage<"runtime">(from("debian:12-slim"), copy(from(build), "/out", "/"));
constexpr auto release = stage<"release">(from(runtime));
constexpr auto prod = stage<"prod">(from(release), run("true").bind(from(cache), "/c"));
constexpr auto app = stage<"app">(from(prod));
#ifdef BAD
constexpr auto image = graph(base, deps, build, test, dev, runtime, release, prod, app);
#else
constexpr auto image = graph(base, deps, build, test, cache, dev, runtime, release, prod, app);
#endif
