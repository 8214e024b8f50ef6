// SPDX-License-Identifier: BSL-1.0
// expect: FROM cannot be an ONBUILD trigger
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), onbuild(from("debian")));
#else
constexpr auto app = stage<"app">(from("debian:12"), onbuild(run("x")));
#endif
// rows: G014
