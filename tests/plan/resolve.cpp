// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>
#include <constage/failure.hpp>
#include <constage/plan/resolve.hpp>

using namespace constage;
using plan::reference;

namespace {

plan::stage stage_of(std::string name, reference from) {
    plan::stage s;
    s.name = std::move(name);
    s.from = std::move(from);
    return s;
}
reference image(std::string text) { return {reference::kind::image, 0, std::move(text), {}}; }
reference stage_ref(std::size_t i) { return {reference::kind::stage, i, "", {}}; }

plan::step copy_from(std::size_t i) {
    plan::copy c;
    c.from = stage_ref(i);
    c.sources = {"/a"};
    c.destination = "/b";
    return {c, {}};
}

plan::plan diamond() {
    plan::plan p;
    p.stages = {stage_of("base", image("debian")), stage_of("left", stage_ref(0)), stage_of("right", stage_ref(0)),
                stage_of("unused", image("nowhere/$missing")), stage_of("app", {reference::kind::scratch, 0, "scratch", {}})};
    p.stages[4].steps = {copy_from(1), copy_from(2)};
    return p;
}

}  // namespace

TEST_CASE("only what the target reaches is needed, needs first", "[S007][S014]") {
    auto const p = diamond();
    auto const r = plan::resolve(p, {});
    CHECK(r.order == std::vector<std::size_t>{0, 1, 2, 4});
    CHECK_FALSE(r.stages[3].needed);
    CHECK(r.stages[0].level == 0);
    CHECK(r.stages[1].level == 1);
    CHECK(r.stages[4].level == 2);
    CHECK(r.levels == 3);
}

TEST_CASE("a target is named in any case, and a slip is answered with a suggestion", "[S014][S008][B001]") {
    auto const p = diamond();
    CHECK(plan::resolve(p, {"LEFT", {}, "linux/amd64", "linux/amd64", {}}).targets == std::vector<std::size_t>{1});
    CHECK_THROWS_WITH(plan::resolve(p, {"lfet", {}, "linux/amd64", "linux/amd64", {}}), Catch::Contains("did you mean left"));
    CHECK_THROWS_AS(plan::resolve(p, {"0", {}, "linux/amd64", "linux/amd64", {}}), failure);
}

TEST_CASE("FROM with variables comes to mean a stage or an image", "[A002]") {
    plan::plan p;
    p.args = {{{"V", "prod"}, {}}};
    p.stages = {stage_of("base-prod", image("a")), stage_of("base-dev", image("b")),
                stage_of("app", {reference::kind::select, 0, "base-${V}", {0, 1}})};
    CHECK(plan::resolve(p, {}).stages[2].from.stage == 0);
    plan::choice dev;
    dev.build_args["V"] = "dev";
    auto const r = plan::resolve(p, dev);
    CHECK(r.stages[2].from.stage == 1);
    CHECK_FALSE(r.stages[0].needed);
    dev.build_args["V"] = "";
    CHECK(plan::resolve(p, dev).stages[2].from.what == reference::kind::image);
}

TEST_CASE("a blank FROM says where and what to do", "[S010]") {
    plan::plan p;
    p.stages = {stage_of("a", image("$X"))};
    p.stages[0].source = {"Dockerfile", 3, 0};
    try {
        plan::resolve(p, {});
        FAIL("no error");
    } catch (failure const& f) {
        CHECK(f.where == "Dockerfile:3");
        CHECK_FALSE(f.hint.empty());
    }
}

TEST_CASE("a cycle is refused", "[S011]") {
    plan::plan p;
    p.stages = {stage_of("a", image("x")), stage_of("b", image("y"))};
    p.stages[0].steps = {copy_from(1)};
    p.stages[1].steps = {copy_from(0)};
    CHECK_THROWS_WITH(plan::resolve(p, {}), Catch::Contains("circular dependency"));
}

TEST_CASE("the platform arguments are in the global scope, build arguments win", "[A009][A010]") {
    plan::choice c;
    c.target_platform = "linux/arm64/v8";
    auto r = plan::resolve(diamond(), c);
    CHECK(r.global_args.at("TARGETARCH") == "arm64");
    CHECK(r.global_args.at("TARGETVARIANT") == "v8");
    CHECK(r.global_args.at("BUILDPLATFORM") == "linux/amd64");
    CHECK(r.global_args.at("TARGETSTAGE") == "app");
    c.build_args["TARGETARCH"] = "riscv64";
    CHECK(plan::resolve(diamond(), c).global_args.at("TARGETARCH") == "riscv64");
}
