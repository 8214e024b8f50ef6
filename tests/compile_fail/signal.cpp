// SPDX-License-Identifier: BSL-1.0
// expect: signal_is_unknown
// g++: "SIGTREM"
// clang++: SIGTREM
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), stopsignal("SIGTREM"));
#else
constexpr auto app = stage<"app">(from("debian:12"), stopsignal("SIGTERM"));
#endif
// rows: G013
