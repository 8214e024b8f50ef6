// SPDX-License-Identifier: BSL-1.0
// lint/{instructions,lint,variables}.hpp: of each rule what it finds and what it lets pass.
#include <constage/dsl.hpp>

#include "../dsl/check.hpp"

using namespace constage;

namespace {

/// A graph of one stage on scratch.
template <class... B>
constexpr auto with(B const&... b) {
    return graph(stage<"s">(from(scratch), b...));
}
template <class F>
constexpr auto on(F const& f) {
    return graph(args(arg("TAG", "12"), arg("UNSET"), arg("NAME", "debian")), stage<"s">(f));
}
constexpr auto parent = stage<"parent">(from(scratch), workdir("/w"), env("A", "1"), shell("/bin/sh", "-c"));
constexpr auto clean = graph(parent, stage<"child">(from(parent), workdir("sub"), env("B", "$A"), cmd("x $Y"), run("echo $Z")));

}  // namespace

TEST_CASE("shell forms") {
    CONSTAGE_CHECK(!lint::json_args_recommended(with(cmd("x"))));
    CONSTAGE_CHECK(!lint::json_args_recommended(with(entrypoint("x"))));
    CONSTAGE_CHECK(lint::json_args_recommended(with(cmd(exec("x")))));
    CONSTAGE_CHECK(lint::json_args_recommended(with(entrypoint(exec()))));
    CONSTAGE_CHECK(lint::json_args_recommended(with(run("x"), healthcheck("y"))));
    CONSTAGE_CHECK(lint::json_args_recommended(clean));  // the parent says SHELL
}

TEST_CASE("relative WORKDIR") {
    CONSTAGE_CHECK(!lint::workdir_relative_path(with(workdir("a"))));
    CONSTAGE_CHECK(lint::workdir_relative_path(with(workdir("/a"), workdir("b"))));
    CONSTAGE_CHECK(lint::workdir_relative_path(clean));
}

TEST_CASE("instructions without effect") {
    CONSTAGE_CHECK(!lint::multiple_instructions_disallowed(with(cmd(exec("a")), cmd(exec("b")))));
    CONSTAGE_CHECK(lint::multiple_instructions_disallowed.why(with(healthcheck("a"), healthcheck(none))).text == "HEALTHCHECK");
    CONSTAGE_CHECK(lint::multiple_instructions_disallowed(with(cmd(exec("a")), entrypoint(exec("b")))));
    CONSTAGE_CHECK(!lint::maintainer_deprecated(with(maintainer("me"))));
}

TEST_CASE("ports and platforms") {
    CONSTAGE_CHECK(!lint::expose_proto_casing(with(expose("80", "81/TCP"))));
    CONSTAGE_CHECK(lint::expose_proto_casing(with(expose("80/tcp"))));
    CONSTAGE_CHECK(!lint::redundant_target_platform(graph(stage<"s">(from("a").platform("$TARGETPLATFORM")))));
    CONSTAGE_CHECK(lint::redundant_target_platform(graph(stage<"s">(from("a").platform("$BUILDPLATFORM")))));
    CONSTAGE_CHECK(!lint::from_platform_flag_const_disallowed(graph(stage<"s">(from("a").platform("linux/amd64")))));
    CONSTAGE_CHECK(lint::from_platform_flag_const_disallowed(graph(stage<"s-amd64">(from("a").platform("linux/amd64")))));
    CONSTAGE_CHECK(lint::from_platform_flag_const_disallowed(graph(stage<"s">(from("a").platform("$BUILDPLATFORM")))));
}

TEST_CASE("variables in FROM") {
    CONSTAGE_CHECK(!lint::undefined_arg_in_from(on(from("debian:$TGA"))));
    CONSTAGE_CHECK(!lint::undefined_arg_in_from(on(from("debian:${TGA:-12}"))));
    CONSTAGE_CHECK(lint::undefined_arg_in_from(on(from("debian:$TAG-$TARGETARCH"))));
    CONSTAGE_CHECK(lint::undefined_arg_in_from(on(from("debian:$UNSET"))));
    CONSTAGE_CHECK(lint::invalid_default_arg_in_from(on(from("debian:$TAG"))));
    CONSTAGE_CHECK(lint::invalid_default_arg_in_from(on(from("${NAME}"))));
    CONSTAGE_CHECK(!lint::invalid_default_arg_in_from(on(from("debian:$UNSET"))));
    CONSTAGE_CHECK(!lint::invalid_default_arg_in_from(on(from("$UNSET"))));
    CONSTAGE_CHECK(lint::invalid_default_arg_in_from(on(from("debian:${UNSET:-12}"))));
}

TEST_CASE("variables in a stage") {
    CONSTAGE_CHECK(lint::undefined_var(clean));
    CONSTAGE_CHECK(!lint::undefined_var(with(env("A", "$B"))));
    CONSTAGE_CHECK(!lint::undefined_var(with(env("A", "1", "B", "$A"))));  // one environment per instruction
    CONSTAGE_CHECK(lint::undefined_var(with(arg("B"), env("A", "${B:-1}"))));
    CONSTAGE_CHECK(lint::undefined_var(with(env("A", "'$B' \\$C"))));
    CONSTAGE_CHECK(lint::undefined_var(with(env("PATH", "/x:$PATH"))));
    CONSTAGE_CHECK(!lint::undefined_var(with(copy("$A", "/b"))));
    CONSTAGE_CHECK(!lint::undefined_var(with(run("x").cache("/$A"))));
    CONSTAGE_CHECK(lint::undefined_var(with(run("echo $A"))));
}

TEST_CASE("all of them") {
    CONSTAGE_CHECK(strict(clean));
    CONSTAGE_CHECK(strict<clean>());
    CONSTAGE_CHECK(!strict(with(env("API_KEY", "1"))));
}
