// SPDX-License-Identifier: BSL-1.0
// expect: no command
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), run(exec()));
#else
constexpr auto app = stage<"app">(from("debian:12"), run(exec("true")));
#endif
