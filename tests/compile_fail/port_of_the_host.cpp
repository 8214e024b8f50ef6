// SPDX-License-Identifier: BSL-1.0
// expect: port_must_not_name_an_address_or_a_host_port
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), expose("8080:80"));
#else
constexpr auto app = stage<"app">(from("debian:12"), expose("80"));
#endif
// rows: G005
