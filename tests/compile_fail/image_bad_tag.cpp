// SPDX-License-Identifier: BSL-1.0
// expect: image_tag_has_a_bad_character
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:1 2"));
#else
constexpr auto app = stage<"app">(from("debian:1.2"));
#endif
