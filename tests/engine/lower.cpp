// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>
#include <constage/engine/lower.hpp>
#include <constage/failure.hpp>

using namespace constage;
using engine::task;
using plan::reference;

namespace {

oci::image_config debian() {
    oci::image_config c;
    c.env = {"PATH=/bin", "LANG=C"};
    c.cmd = {"bash"};
    c.working_dir = "/root";
    c.diff_ids = {"sha256:x"};
    return c;
}

engine::base_image base_of(std::string const&, oci::platform const&) {
    engine::base_image b;
    b.config = debian();
    return b;
}

plan::plan one_stage(std::vector<plan::instruction> list) {
    plan::plan p;
    p.stages.emplace_back();
    p.stages[0].name = "app";
    p.stages[0].from = {reference::kind::image, 0, "debian", {}};
    int line = 1;
    for (auto& i : list) p.stages[0].steps.push_back({std::move(i), {"Dockerfile", ++line, 0}});
    return p;
}

plan::copy copy_of(std::string source, std::string destination) {
    plan::copy c;
    c.sources = {std::move(source)};
    c.destination = std::move(destination);
    return c;
}

engine::lowered_stage lower_one(std::vector<plan::instruction> list, engine::lower_options const& o = {}) {
    return engine::lower(one_stage(std::move(list)), o, base_of).stages[0];
}

plan::command shell(std::string text) { return {true, {std::move(text)}}; }

}  // namespace

TEST_CASE("the base's environment is there, ENV adds to it, ARG does not reach the image", "[V016][V018][G001]") {
    auto const s =
        lower_one({plan::env{{{"A", "$LANG-x"}}}, plan::args{{{"B", "${A}!"}}}, plan::env{{{"C", "$B"}, {"A", "new"}, {"D", "$A"}}}});
    CHECK(s.config.env == std::vector<std::string>{"PATH=/bin", "LANG=C", "A=new", "C=C-x!", "D=C-x"});
}

TEST_CASE("a build argument beats the default, a global ARG must be asked for", "[A001][A002]") {
    engine::lower_options o;
    o.choice.build_args = {{"V", "given"}};
    auto p = one_stage({plan::args{{{"V", "default"}, {"G", std::nullopt}, {"H", std::nullopt}}}, plan::label{{{"l", "$V $G $H"}}}});
    p.args = {{{"G", "global"}, {}}};
    CHECK(engine::lower(p, o, base_of).stages[0].config.labels.at("l") == "given global ");
}

TEST_CASE("ENTRYPOINT clears the base's CMD, not the stage's own", "[G010][G009][G011]") {
    CHECK_FALSE(lower_one({plan::entrypoint{{false, {"/x"}}}}).config.cmd);
    CHECK(lower_one({plan::cmd{shell("y")}, plan::entrypoint{{false, {"/x"}}}}).config.cmd ==
          std::vector<std::string>{"/bin/sh", "-c", "y"});
    CHECK(lower_one({plan::shell{{"/bin/bash", "-c"}}, plan::cmd{shell("y")}}).config.cmd ==
          std::vector<std::string>{"/bin/bash", "-c", "y"});
}

TEST_CASE("WORKDIR is relative to the base's, makes a task, and is where RUN and COPY work", "[G008][C006]") {
    auto const l =
        engine::lower(one_stage({plan::workdir{"app"}, plan::run{shell("true"), {}, {}, "", "", {}}, copy_of("a", "b")}), {}, base_of);
    CHECK(l.stages[0].config.working_dir == "/root/app");
    REQUIRE(l.tasks.size() == 4);
    CHECK(l.tasks[1].workdir.path == "/root/app");
    CHECK(l.tasks[2].run.cwd == "/root/app");
    CHECK(l.tasks[3].copy.workdir == "/root/app");
    CHECK(l.tasks[3].number == 3);
    CHECK(l.tasks[3].of == 3);
}

TEST_CASE("history names what BuildKit names", "[A007][G016]") {
    auto const s = lower_one({plan::args{{{"foo", "bar"}}}, plan::run{shell("ls"), {}, {}, "", "", {}}, plan::expose{{"2375", "1234/udp"}},
                              plan::cmd{{false, {"a", "b"}}}});
    REQUIRE(s.config.history.size() == 4);
    CHECK(s.config.history[1].created_by == "RUN |1 foo=bar /bin/sh -c ls # buildkit");
    CHECK_FALSE(s.config.history[1].empty_layer);
    CHECK(s.config.history[2].created_by == "EXPOSE [1234/udp 2375/tcp]");
    CHECK(s.config.history[3].created_by == "CMD [\"a\" \"b\"]");
}

TEST_CASE("an error says where", "[F020][G013]") {
    try {
        lower_one({plan::user{"x"}, plan::stopsignal{"SIGNONE"}});
        FAIL("no error");
    } catch (failure const& f) {
        CHECK(f.where == "Dockerfile:3");
        CHECK(f.stage == "app");
        CHECK(f.instruction == "STOPSIGNAL SIGNONE");
    }
}

TEST_CASE("COPY refuses what only ADD can do, and checksums need one URL", "[C027][C031]") {
    CHECK_THROWS_WITH(lower_one({copy_of("https://x/y", "/")}), Catch::Contains("source can't be a URL for COPY"));
    auto c = copy_of("file", "/");
    c.add = true;
    c.checksum = "sha256:0";
    CHECK_THROWS_AS(lower_one({c}), failure);
}

TEST_CASE("entitlements must be granted", "[R015][B017]") {
    plan::run r{shell("true"), {}, {}, "host", "", {}};
    CHECK_THROWS_WITH(lower_one({r}), Catch::Contains("network.host"));
    engine::lower_options o;
    o.allow = {"network.host"};
    CHECK_NOTHROW(lower_one({r}, o));
}

TEST_CASE("stages that nothing reads make no task, and a stage inherits all of its base stage", "[S006][S007]") {
    auto p = one_stage({plan::env{{{"A", "1"}}}, plan::user{"me"}});
    p.stages.emplace_back();
    p.stages[1].name = "unused";
    p.stages[1].from = {reference::kind::image, 0, "nowhere", {}};
    p.stages.emplace_back();
    p.stages[2].name = "child";
    p.stages[2].from = {reference::kind::stage, 0, "app", {}};
    auto const l = engine::lower(p, {}, base_of);
    CHECK(l.tasks.size() == 1);
    CHECK(l.stages[2].config.user == "me");
    CHECK_FALSE(l.stages[1].needed);
}

TEST_CASE("ONBUILD triggers of the base run and are gone", "[G014][S012]") {
    engine::lower_options o;
    o.read_trigger = [](std::string const& text, plan::source const& where) { return plan::step{plan::label{{{"trigger", text}}}, where}; };
    auto const s = engine::lower(one_stage({plan::onbuild{"RUN x"}}), o, [](std::string const&, oci::platform const&) {
                       engine::base_image b;
                       b.config = debian();
                       b.config.on_build = {"LABEL"};
                       return b;
                   }).stages[0];
    CHECK(s.config.labels.at("trigger") == "LABEL");
    CHECK(s.config.on_build == std::vector<std::string>{"RUN x"});
}
