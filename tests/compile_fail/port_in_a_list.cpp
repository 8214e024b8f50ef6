// SPDX-License-Identifier: BSL-1.0
// expect: port_must_be_a_number_from_1_to_65535
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), expose("80", "http"));
#else
constexpr auto app = stage<"app">(from("debian:12"), expose("80", "443"));
#endif
