// SPDX-License-Identifier: BSL-1.0
// expect: mount_target_must_not_be_the_root
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), run("x").cache("/"));
#else
constexpr auto app = stage<"app">(from("debian:12"), run("x").cache("/c"));
#endif
// rows: R007
