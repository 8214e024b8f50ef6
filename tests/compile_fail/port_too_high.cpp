// SPDX-License-Identifier: BSL-1.0
// expect: port_must_be_a_number_from_1_to_65535
// g++: "65536"
// clang++: 65536
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), expose("65536"));
#else
constexpr auto app = stage<"app">(from("debian:12"), expose("65535"));
#endif
