// SPDX-License-Identifier: BSL-1.0
// expect: platform_must_be_os_slash_architecture
// g++: "arm64"
// clang++: arm64
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian").platform("arm64"));
#else
constexpr auto app = stage<"app">(from("debian").platform("linux/arm64"));
#endif
