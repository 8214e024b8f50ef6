// SPDX-License-Identifier: BSL-1.0
// expect: security_must_be_sandbox_or_insecure
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), run("x").security("off"));
#else
constexpr auto app = stage<"app">(from("debian:12"), run("x").security("sandbox"));
#endif
