// SPDX-License-Identifier: BSL-1.0
// expect: image_repository_has_a_bad_character
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian x"));
#else
constexpr auto app = stage<"app">(from("debian/x"));
#endif
