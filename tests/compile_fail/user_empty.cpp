// SPDX-License-Identifier: BSL-1.0
// expect: user_is_empty
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), user(""));
#else
constexpr auto app = stage<"app">(from("debian:12"), user("me"));
#endif
