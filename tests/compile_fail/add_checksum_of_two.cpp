// SPDX-License-Identifier: BSL-1.0
// expect: checksum_needs_exactly_one_source
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto app = stage<"app">(from("debian:12"), add("https://x/a", "https://x/b", "/c/").checksum("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
#else
constexpr auto app = stage<"app">(from("debian:12"), add("https://x/a", "/c/").checksum("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
#endif
// rows: C031
