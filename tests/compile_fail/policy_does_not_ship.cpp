// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys.*does_not_ship
// g++: "secrets"
// clang++: 's', 'e', 'c', 'r', 'e', 't', 's'
#include <constage/dsl.hpp>

using namespace constage;

constexpr auto secrets = stage<"secrets">(from("debian"));
#ifdef BAD
constexpr auto app = graph(secrets, stage<"app">(from("debian"), copy(from(secrets), "/a", "/b")));
#else
constexpr auto app = graph(secrets, stage<"app">(from("debian"), run("x").bind(from(secrets), "/b")));
#endif
static_assert(require<app, policy::does_not_ship<"secrets">>());
