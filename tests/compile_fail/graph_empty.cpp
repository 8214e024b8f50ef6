// SPDX-License-Identifier: BSL-1.0
// expect: graph\(\.\.\.\) has no stage
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = graph(args(arg("V")));
#else
constexpr auto app = graph(args(arg("V")), stage<"a">(from("debian:12")));
#endif
