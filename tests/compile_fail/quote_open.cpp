// SPDX-License-Identifier: BSL-1.0
// expect: quote_is_not_closed
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), label("a", "it's"));
#else
constexpr auto app = stage<"app">(from("debian:12"), label("a", "\"it's\""));
#endif
