// SPDX-License-Identifier: BSL-1.0
// graph/{graph,items,query,shape,view}.hpp and dsl/{block,stage,from}.hpp; graph/error.hpp is what tests/compile_fail shows.
#include <constage/dsl.hpp>

#include "../dsl/check.hpp"

using namespace constage;
using dsl::edge;

namespace {

constexpr auto base = stage<"base">(from("debian:12"));
constexpr auto left = stage<"left">(from(base), run("l"));
constexpr auto right = stage<"right">(from("alpine"), run("r").bind(from(base), "/b"));
constexpr auto kit = stage<"kit">(from(scratch), onbuild(copy(from(left), "/a", "/a")));
constexpr auto unused = stage<"unused">(from(left));
constexpr auto app = stage<"app">(from(select("${KIND}", left, kit)), copy(from(right), "/r", "/r"));
constexpr auto whole = graph(base, left, right, kit, unused, app);

}  // namespace

TEST_CASE("levels and order") {
    CONSTAGE_CHECK(whole.size() == 6);
    CONSTAGE_CHECK(query::level(whole, base) == 0);
    CONSTAGE_CHECK(query::level(whole, left) == 1);
    CONSTAGE_CHECK(query::level(whole, "right") == 1);
    CONSTAGE_CHECK(query::level(whole, app) == 3);
    CONSTAGE_CHECK(query::levels(whole) == 4);
    CONSTAGE_CHECK(query::width(whole) == 2);
    CONSTAGE_CHECK(query::position(whole, app) == 5);
    CONSTAGE_CHECK(query::find(whole, "nobody") == query::no_stage);
    CONSTAGE_CHECK(query::level(whole, "nobody") == query::no_stage);
}

TEST_CASE("an order as written stays, another is sorted") {
    constexpr auto shuffled = graph(app, unused, kit, right, left, base);
    CONSTAGE_CHECK(query::position(whole, base) == 0 && query::position(whole, right) == 2);
    CONSTAGE_CHECK(query::position(shuffled, base) == 0);
    CONSTAGE_CHECK(query::position(shuffled, left) < query::position(shuffled, app));
    CONSTAGE_CHECK(query::position(shuffled, right) < query::position(shuffled, app));
    CONSTAGE_CHECK(query::is_target(shuffled, base));  // the last one written is the image
}

TEST_CASE("kinds of edge") {
    CONSTAGE_CHECK(query::has_edge(whole, left, base, edge::from));
    CONSTAGE_CHECK(query::has_edge(whole, right, base, edge::mount));
    CONSTAGE_CHECK(!query::has_edge(whole, right, base, edge::from));
    CONSTAGE_CHECK(query::has_edge(whole, app, left, edge::select));
    CONSTAGE_CHECK(query::has_edge(whole, app, kit, edge::select));
    CONSTAGE_CHECK(query::has_edge(whole, app, right, edge::copy));
    CONSTAGE_CHECK(query::has_edge(whole, kit, left, edge::onbuild));
}

TEST_CASE("what a stage needs") {
    CONSTAGE_CHECK(query::reaches(whole, app, base));
    CONSTAGE_CHECK(!query::reaches(whole, base, app));
    CONSTAGE_CHECK(query::reaches(whole, right, base));
    CONSTAGE_CHECK(!query::reaches(whole, right, base, {.mount = false}));
    CONSTAGE_CHECK(query::is_needed(whole, base));
    CONSTAGE_CHECK(!query::is_needed(whole, unused));
}

TEST_CASE("the critical path") {
    CONSTAGE_CHECK(query::is_critical(whole, app) && query::is_critical(whole, kit) && query::is_critical(whole, left));
    CONSTAGE_CHECK(query::is_critical(whole, base));
    CONSTAGE_CHECK(!query::is_critical(whole, right));  // app waits longer for kit
    CONSTAGE_CHECK(!query::is_critical(whole, unused) && !query::is_critical(whole, "nobody"));
    constexpr auto two = graph(base, targets(left, right), kit);
    CONSTAGE_CHECK(query::is_critical(two, left) && query::is_critical(two, right) && !query::is_critical(two, kit));
}

TEST_CASE("several targets") {
    constexpr auto g = graph(base, targets(left, right));
    CONSTAGE_CHECK(g.size() == 3);
    CONSTAGE_CHECK(!query::is_target(g, base));
    CONSTAGE_CHECK(query::is_target(g, left) && query::is_target(g, right));
    CONSTAGE_CHECK(query::reaches(g, left, base) && query::reaches(g, right, base) && !query::reaches(g, left, right));
    constexpr auto h = graph(base, left, right, targets(left));
    CONSTAGE_CHECK(h.size() == 3);
    CONSTAGE_CHECK(query::is_target(h, left) && !query::is_target(h, right));
    CONSTAGE_CHECK(!query::is_needed(h, right));
}

namespace {

template <fixed_string Version>
constexpr auto python = stage<"py" + Version>(from(lit<"python:" + Version + "-slim">), env("V", lit<Version>));

template <fixed_string... Package>
constexpr auto apt() {
    return steps(run("apt-get update"), run(lit<(fixed_string("apt-get install -y") + ... + (" " + Package))>));
}

template <bool Debug>
constexpr auto flavour() {
    if constexpr (Debug)
        return steps(env("DEBUG", "1"), run("apt-get install -y gdb"));
    else
        return steps();
}

}  // namespace

TEST_CASE("a matrix is a template, reuse is a function, a choice is if constexpr") {
    constexpr auto g = graph(python<"3.11">, python<"3.12">);
    CONSTAGE_CHECK(query::contains(g, "py3.11") && query::contains(g, "py3.12"));
    CONSTAGE_CHECK(view(g).words[0].view() == "python:3.11-slim");

    constexpr auto tools = stage<"tools">(from("debian:12"), apt<"curl", "git">(), flavour<false>(), flavour<true>(), user("me"));
    constexpr auto t = graph(tools);
    CONSTAGE_CHECK(view(t).begin[1] == 6);
    CONSTAGE_CHECK(view(t).words[2].view() == "apt-get install -y curl git");
    CONSTAGE_CHECK(view(t).steps[3].what == dsl::op::env);
}

TEST_CASE("long chains and wide diamonds") {
    constexpr auto g = [] {
        constexpr auto a = stage<"a">(from("x"));
        constexpr auto b = stage<"b">(from(a), copy(from(a), "/", "/"));
        constexpr auto c = stage<"c">(from(b), copy(from(a), "/", "/"), copy(from(b), "/", "/"));
        constexpr auto d = stage<"d">(from(c), copy(from(b), "/", "/"), copy(from(c), "/", "/"));
        return graph(a, b, c, d);
    }();
    CONSTAGE_CHECK(query::levels(g) == 4);
    CONSTAGE_CHECK(query::reaches(g, "d", "a"));
}
