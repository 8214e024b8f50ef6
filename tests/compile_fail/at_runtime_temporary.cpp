// SPDX-License-Identifier: BSL-1.0
// expect: deleted|cannot bind|at_runtime
#include <constage/dsl.hpp>

#include <string>

using namespace constage;

#ifdef BAD
auto make(std::string const& tag) { return stage<"app">(from(at_runtime("debian:" + tag))); }
#else
auto make(std::string const& tag) { return stage<"app">(from(at_runtime(tag))); }
#endif
