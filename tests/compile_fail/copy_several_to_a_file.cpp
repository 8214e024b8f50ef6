// SPDX-License-Identifier: BSL-1.0
// expect: destination_of_several_sources_must_end_in_a_slash
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), copy("a", "b", "/c"));
#else
constexpr auto app = stage<"app">(from("debian:12"), copy("a", "b", "/c/"));
#endif
// rows: C005
