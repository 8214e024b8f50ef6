// SPDX-License-Identifier: BSL-1.0
// expect: stages_form_no_cycle
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
constexpr auto a = stage<"a">(from(ref<"a">));
constexpr auto app = graph(a);
#else
constexpr auto a = stage<"a">(from("debian:12"));
constexpr auto app = graph(a);
#endif
