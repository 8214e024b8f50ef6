// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys
// g++: "loose".*"API_TOKEN"
// clang++: 'l', 'o', 'o', 's', 'e'.*'A', 'P', 'I', '_', 'T', 'O', 'K', 'E', 'N'
#include <constage/dsl.hpp>

using namespace constage;

constexpr auto pinned = stage<"pinned">(from("debian@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"), user("me"), label("a", "1"));
constexpr auto loose = stage<"loose">(from("ghcr.io/x/debian:12"), env("API_TOKEN", "1"), run("x"));
constexpr auto good = graph(pinned), bad = graph(loose);

#ifdef BAD
static_assert(require<bad, policy::no_secret_in_env>());
#else
static_assert(require<good, policy::no_secret_in_env>());
#endif
