// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys.*copy_ignored_file
// g++: "app".*"notes.md"
// clang++: 'a', 'p', 'p'.*'n', 'o', 't', 'e', 's'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = graph(stage<"app">(from("debian"), copy("notes.md", "/")));
#else
constexpr auto app = graph(stage<"app">(from("debian"), copy("notes.txt", "/")));
#endif
static_assert(require<app, lint::copy_ignored_file<"*.md">>());
