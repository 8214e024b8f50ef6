// SPDX-License-Identifier: BSL-1.0
// expect: checksum_must_be_algorithm_colon_digits
// g++: sha256:xyz
// clang++: sha256:xyz
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), add("https://x/a", "/c/").checksum("sha256:xyz"));
#else
constexpr auto app = stage<"app">(from("debian:12"), add("https://x/a", "/c/").checksum("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
#endif
