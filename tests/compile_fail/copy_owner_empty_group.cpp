// SPDX-License-Identifier: BSL-1.0
// expect: owner_must_be_user_or_user_colon_group
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), copy("a", "/b").chown("u:"));
#else
constexpr auto app = stage<"app">(from("debian:12"), copy("a", "/b").chown("u"));
#endif
