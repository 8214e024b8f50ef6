// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys
// g++: "loose".*"ghcr.io/x/debian:12"
// clang++: 'l', 'o', 'o', 's', 'e'.*'g', 'h', 'c', 'r'
#include <constage/dsl.hpp>

using namespace constage;

constexpr auto pinned = stage<"pinned">(from("debian@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"), user("me"), label("a", "1"));
constexpr auto loose = stage<"loose">(from("ghcr.io/x/debian:12"), env("API_TOKEN", "1"), run("x"));
constexpr auto good = graph(pinned), bad = graph(loose);

#ifdef BAD
static_assert(require<bad, policy::pinned_bases>());
#else
static_assert(require<good, policy::pinned_bases>());
#endif
