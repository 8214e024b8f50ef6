// SPDX-License-Identifier: BSL-1.0
// expect: image_digest_must_be_sha256_and_64_hex_digits
// g++: sha256:0123
// clang++: sha256:0123
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian@sha256:0123"));
#else
constexpr auto app = stage<"app">(from("debian@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
#endif
