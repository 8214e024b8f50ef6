// SPDX-License-Identifier: BSL-1.0
// The names that people give to stages stay free under `using namespace constage`.
#include <constage/dsl.hpp>

#include "check.hpp"

using namespace constage;

namespace {
constexpr auto base = stage<"base">(from("debian:12"));
constexpr auto deps = stage<"deps">(from(base), run("apt-get update"));
constexpr auto build = stage<"build">(from(deps), run("make"));
constexpr auto test = stage<"test">(from(build), run("make check"));
constexpr auto cache = stage<"cache">(from(scratch));
constexpr auto dev = stage<"dev">(from(build));
constexpr auto runtime = stage<"runtime">(from("debian:12-slim"), copy(from(build), "/out", "/"));
constexpr auto release = stage<"release">(from(runtime));
constexpr auto prod = stage<"prod">(from(release), run("true").bind(from(cache), "/c"));
constexpr auto app = stage<"app">(from(prod));
constexpr auto image = graph(base, deps, build, test, cache, dev, runtime, release, prod, app);
}  // namespace

TEST_CASE("stages may have the usual names") {
    CONSTAGE_CHECK(query::level(image, app) == 6);
    CONSTAGE_CHECK(!query::is_needed(image, test));
    CONSTAGE_CHECK(!query::is_needed(image, dev));
    CONSTAGE_CHECK(query::is_needed(image, cache));
}
