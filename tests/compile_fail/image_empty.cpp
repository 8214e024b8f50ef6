// SPDX-License-Identifier: BSL-1.0
// expect: image_reference_is_empty
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from(""));
#else
constexpr auto app = stage<"app">(from("debian"));
#endif
