// SPDX-License-Identifier: BSL-1.0
// expect: not a constant|constant expression
#include <constage/dsl.hpp>

using namespace constage;

#ifdef BAD
auto make(char const* tag) { return stage<"app">(from(tag)); }
#else
auto make(char const* tag) { return stage<"app">(from(at_runtime(tag))); }
#endif
