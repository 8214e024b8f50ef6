// SPDX-License-Identifier: BSL-1.0
// expect: port_range_must_go_up
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), expose("90-80"));
#else
constexpr auto app = stage<"app">(from("debian:12"), expose("80-90"));
#endif
