// SPDX-License-Identifier: BSL-1.0
// expect: source_of_files_must_be_literal
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), copy(from("$IMAGE"), "/a", "/b"));
#else
constexpr auto app = stage<"app">(from("debian:12"), copy(from("nginx"), "/a", "/b"));
#endif
// rows: V014 C019
