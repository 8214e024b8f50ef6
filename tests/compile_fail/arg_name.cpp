// SPDX-License-Identifier: BSL-1.0
// expect: name_of_an_argument_must_be_letters_digits_and_underscores
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), arg("A B"));
#else
constexpr auto app = stage<"app">(from("debian:12"), arg("A_B"));
#endif
