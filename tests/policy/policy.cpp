// SPDX-License-Identifier: BSL-1.0
// policy/{bases,content,derive,policy,require,walk}.hpp.
#include <constage/dsl.hpp>

#include "../dsl/check.hpp"

using namespace constage;

namespace {

#define DIGEST "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

constexpr auto base = stage<"base">(from("debian:12" DIGEST), run("x").network("none"), user("me"), label("a", "1"));
constexpr auto tool = stage<"tool">(from("ghcr.io/x/tool:1"), env("API_TOKEN", "1"), run("y"));
constexpr auto seen = stage<"seen">(from(scratch));
constexpr auto app =
    stage<"app">(from(base), copy(from(tool), "/a", "/b"), run("y").bind(from(seen), "/x").network("none"), label("b", "2"));
constexpr auto all = graph(base, tool, seen, app);
constexpr auto good = graph(base);

/// A graph of one stage with one instruction.
template <class B>
constexpr auto with(B const& b) {
    return graph(stage<"s">(from(scratch), b));
}

}  // namespace

TEST_CASE("derives_from and ships") {
    CONSTAGE_CHECK(policy::derives_from(all, base));
    CONSTAGE_CHECK(policy::derives_from(all, app));
    CONSTAGE_CHECK(!policy::derives_from(all, tool));
    CONSTAGE_CHECK(!policy::derives_from(all, "nobody"));
    CONSTAGE_CHECK(policy::ships(all, tool));
    CONSTAGE_CHECK(policy::ships(all, base));
    CONSTAGE_CHECK(!policy::ships(all, seen));  // a mount ships nothing
    CONSTAGE_CHECK(policy::does_not_derive_from<"tool">(all));
    CONSTAGE_CHECK(!policy::does_not_ship<"tool">(all));
}

TEST_CASE("pinned_bases") {
    CONSTAGE_CHECK(policy::pinned_bases(good));
    CONSTAGE_CHECK(!policy::pinned_bases(all));
    CONSTAGE_CHECK(policy::pinned_bases.why(all).text == "ghcr.io/x/tool:1");
    CONSTAGE_CHECK(policy::pinned_bases.why(all).stage == 1);
    CONSTAGE_CHECK(policy::pinned_bases(with(env("A", "1"))));
    CONSTAGE_CHECK(!policy::pinned_bases(with(copy(from("nginx"), "/a", "/b"))));
    CONSTAGE_CHECK(!policy::pinned_bases(with(run("x").bind(from("nginx"), "/b"))));
}

TEST_CASE("runs_as_non_root") {
    CONSTAGE_CHECK(policy::runs_as_non_root(all));  // inherited
    CONSTAGE_CHECK(policy::runs_as_non_root(with(user("65534:65534"))));
    CONSTAGE_CHECK(!policy::runs_as_non_root(with(user("0:1"))));
    CONSTAGE_CHECK(!policy::runs_as_non_root(with(user("root"))));
    CONSTAGE_CHECK(!policy::runs_as_non_root(with(run("x"))));
    CONSTAGE_CHECK(!policy::runs_as_non_root(with(onbuild(user("me")))));
}

TEST_CASE("no_secret_in_env") {
    CONSTAGE_CHECK(policy::no_secret_in_env.why(all).text == "API_TOKEN");
    CONSTAGE_CHECK(policy::no_secret_in_env(with(env("TOKENS", "1"))));
    CONSTAGE_CHECK(policy::no_secret_in_env(with(env("KEY_FILE", "1"))));
    CONSTAGE_CHECK(!policy::no_secret_in_env(with(arg("db_Password"))));
    CONSTAGE_CHECK(!policy::no_secret_in_env(with(env("A", "1", "SECRET", "2"))));
    CONSTAGE_CHECK(!policy::no_secret_in_env(graph(args(arg("NPM_TOKEN")), base)));
}

TEST_CASE("allowed_registries") {
    CONSTAGE_CHECK(policy::allowed_registries<"docker.io", "ghcr.io">(all));
    CONSTAGE_CHECK(!policy::allowed_registries<"docker.io">(all));
    CONSTAGE_CHECK(policy::allowed_registries<"localhost:5000">(graph(stage<"s">(from("localhost:5000/a/b")))));
    CONSTAGE_CHECK(!policy::allowed_registries<"docker.io">(graph(stage<"s">(from("$REGISTRY/a")))));
    CONSTAGE_CHECK(policy::allowed_registries<"docker.io">(graph(stage<"s">(from("library/a:$TAG")))));
}

TEST_CASE("no_network_in_run") {
    CONSTAGE_CHECK(policy::no_network_in_run(good));
    CONSTAGE_CHECK(policy::no_network_in_run.why(all).text == "y");
    CONSTAGE_CHECK(!policy::no_network_in_run(with(run("x").network("default"))));
}

TEST_CASE("labels") {
    CONSTAGE_CHECK(policy::labels<"a", "b">(all));
    CONSTAGE_CHECK(!policy::labels<"a", "c">(all));
    CONSTAGE_CHECK(policy::labels<"a", "c">.why(all).text == "c");
}

TEST_CASE("require") {
    CONSTAGE_CHECK(require<good, policy::pinned_bases, policy::runs_as_non_root, policy::no_network_in_run>());
    CONSTAGE_CHECK(require<all, policy::labels<"a">, policy::does_not_derive_from<"tool">>());
}
