// SPDX-License-Identifier: BSL-1.0
// expect: source_of_copy_must_not_be_a_url
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), copy("https://example.org/a", "/b"));
#else
constexpr auto app = stage<"app">(from("debian:12"), add("https://example.org/a", "/b"));
#endif
// rows: C027
