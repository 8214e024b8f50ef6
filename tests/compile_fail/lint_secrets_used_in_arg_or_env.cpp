// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys.*no_secret_in_env
// g++: "app".*"API_TOKEN"
// clang++: 'a', 'p', 'p'.*'A', 'P', 'I', '_', 'T', 'O', 'K', 'E', 'N'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = graph(stage<"app">(from("debian"), env("API_TOKEN", "1")));
#else
constexpr auto app = graph(stage<"app">(from("debian"), env("API_TOKEN_FILE", "1")));
#endif
static_assert(strict<app>());
