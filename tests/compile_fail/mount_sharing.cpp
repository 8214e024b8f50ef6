// SPDX-License-Identifier: BSL-1.0
// expect: sharing_must_be_shared_private_or_locked
// g++: "lokced"
// clang++: lokced
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), run("x").cache("/c", {.sharing = "lokced"}));
#else
constexpr auto app = stage<"app">(from("debian:12"), run("x").cache("/c", {.sharing = "locked"}));
#endif
