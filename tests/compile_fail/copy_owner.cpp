// SPDX-License-Identifier: BSL-1.0
// expect: owner_must_be_user_or_user_colon_group
// g++: "u:g:h"
// clang++: u:g:h
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), copy("a", "/b").chown("u:g:h"));
#else
constexpr auto app = stage<"app">(from("debian:12"), copy("a", "/b").chown("u:g"));
#endif
