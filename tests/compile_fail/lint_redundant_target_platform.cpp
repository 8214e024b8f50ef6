// SPDX-License-Identifier: BSL-1.0
// expect: graph_obeys.*redundant_target_platform
// g++: "app".*"\$TARGETPLATFORM"
// clang++: 'a', 'p', 'p'.*'\$', 'T', 'A', 'R', 'G', 'E', 'T', 'P', 'L', 'A', 'T', 'F', 'O', 'R', 'M'
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = graph(args(arg("TAG", "12"), arg("EMPTY")), stage<"app">(from("debian").platform("$TARGETPLATFORM")));
#else
constexpr auto app = graph(args(arg("TAG", "12"), arg("EMPTY")), stage<"app">(from("debian").platform("$BUILDPLATFORM")));
#endif
static_assert(strict<app>());
