// SPDX-License-Identifier: BSL-1.0
// expect: image_repository_must_be_lower_case
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from(lit<"Python:" + fixed_string("3")>));
#else
constexpr auto app = stage<"app">(from(lit<"python:" + fixed_string("3")>));
#endif
