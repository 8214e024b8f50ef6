// SPDX-License-Identifier: BSL-1.0
// A user's build program, as the projects of this folder compile it.
#include <constage/dsl.hpp>
using namespace constage;

constexpr auto build = stage<"build">(from(scratch), copy("hello.txt", "/hello.txt"));
constexpr auto runtime = stage<"runtime">(from(scratch), copy(from(build), "/hello.txt", "/hello.txt"));
constexpr auto app = graph(build, runtime);

int main(int argc, char** argv) { return constage::main(argc, argv, app); }
