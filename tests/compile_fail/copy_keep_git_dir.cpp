// SPDX-License-Identifier: BSL-1.0
// expect: keep_git_dir
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), copy("a", "/b").keep_git_dir());
#else
constexpr auto app = stage<"app">(from("debian:12"), add("https://example.org/a.git", "/b").keep_git_dir());
#endif
