// SPDX-License-Identifier: BSL-1.0
// expect: stages_form_no_cycle
// g++: "a".*"b".*"a"
// clang++: 'a'.*'b'.*'a'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto a = stage<"a">(from(ref<"b">));
constexpr auto b = stage<"b">(from(a));
constexpr auto app = graph(a, b);
#else
constexpr auto a = stage<"a">(from("debian:12"));
constexpr auto b = stage<"b">(from(a));
constexpr auto app = graph(a, b);
#endif
// rows: S011
