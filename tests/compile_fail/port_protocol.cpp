// SPDX-License-Identifier: BSL-1.0
// expect: port_protocol_must_be_tcp_udp_or_sctp
// g++: "80/http"
// clang++: 80/http
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), expose("80/http"));
#else
constexpr auto app = stage<"app">(from("debian:12"), expose("80/udp"));
#endif
