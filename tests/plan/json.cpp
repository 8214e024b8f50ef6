// SPDX-License-Identifier: BSL-1.0
#include <constage/failure.hpp>
#include <constage/plan/json.hpp>

#include <catch2/catch.hpp>

using namespace constage;
using plan::from_json;
using plan::to_json;

namespace {

plan::reference stage_zero() { return {plan::reference::kind::stage, 0, "base", {}}; }
plan::reference image(std::string name) { return {plan::reference::kind::image, 0, std::move(name), {}}; }

plan::plan with(plan::instruction what) {
    plan::plan p;
    p.stages.push_back({"base", image("alpine:3"), "", {}, {"Dockerfile", 1, 0}});
    p.stages.push_back({"", stage_zero(), "", {{std::move(what), {"Dockerfile", 2, 4}}}, {}});
    return p;
}

/// Comes back the same, sources included (operator== ignores those), and its bytes are canonical.
bool survives(plan::plan const& p) {
    auto const text = to_json(p);
    auto const back = from_json(text);
    return back == p && to_json(back) == text && from_json(to_json(p, -1)) == p;
}

std::string refusal(std::string const& text) {
    try {
        from_json(text);
    } catch (failure const& f) { return f.what(); }
    return "accepted";
}

}  // namespace

TEST_CASE("every instruction survives JSON") {
    plan::run r;
    r.what = {true, {"make $X"}};
    r.heredocs = {{"EOF", "a\nb\n", false, true, 3}, {"E", "", true, false, 0}};
    r.mounts = {{stage_zero(), {{"type", "bind"}, {"target", "/x"}}}, {{}, {{"type", "cache"}, {"target", "/c"}}}};
    r.network = "none";
    r.security = "insecure";
    r.devices = {"a", "b"};
    CHECK(survives(with(r)));

    plan::copy c;
    c.add = true;
    c.from = image("nginx:1");
    c.sources = {"a", "b c"};
    c.files = {{"f", "text\n", true, false, 0}};
    c.destination = "/d";
    c.chown = "1:2";
    c.chmod = "0644";
    c.checksum = "sha256:1";
    c.exclude = {"*.md"};
    c.link = c.parents = true;
    c.keep_git_dir = false;
    c.unpack = true;
    CHECK(survives(with(c)));
    c.keep_git_dir.reset();
    c.unpack = false;
    CHECK(survives(with(c)));

    CHECK(survives(with(plan::args{{{"A", std::nullopt}, {"B", ""}, {"C", "x"}}})));
    CHECK(survives(with(plan::env{{{"B", "2"}, {"A", ""}, {"B", "3"}}})));
    CHECK(survives(with(plan::label{{{"k", "v"}}})));
    CHECK(survives(with(plan::expose{{"80/tcp", "$P"}})));
    CHECK(survives(with(plan::volume{{"/a", "/b"}})));
    CHECK(survives(with(plan::user{"u:g"})));
    CHECK(survives(with(plan::workdir{"/w"})));
    CHECK(survives(with(plan::entrypoint{{false, {"a", "b"}}})));
    CHECK(survives(with(plan::entrypoint{{false, {}}})));
    CHECK(survives(with(plan::cmd{{true, {"text"}}})));
    CHECK(survives(with(plan::cmd{})));
    CHECK(survives(with(plan::cmd{{true, {"two", "words"}}})));
    CHECK(survives(with(plan::shell{{"/bin/bash", "-c"}})));
    CHECK(survives(with(plan::stopsignal{"SIGTERM"})));
    CHECK(survives(with(plan::maintainer{"me"})));
    CHECK(survives(with(plan::onbuild{"RUN x"})));
    CHECK(survives(with(plan::healthcheck{false, {true, {"curl"}}, "1s", "2s", "3s", "4s", "5"})));
    CHECK(survives(with(plan::healthcheck{true, {}, "", "", "", "", ""})));
}

TEST_CASE("the frame of a plan survives JSON") {
    plan::plan p;
    CHECK(survives(p));
    p.args = {{{"V", "1"}, {"Dockerfile", 1, 1}}, {{"W", std::nullopt}, {}}};
    p.stages.push_back({"a", {plan::reference::kind::scratch, 0, "scratch", {}}, "linux/$ARCH", {}, {}});
    p.stages.push_back({"b", {plan::reference::kind::select, 0, "a-${V}", {0}}, "", {}, {"build.cpp", 7, 9}});
    p.targets = {0, 1};
    CHECK(survives(p));
}

TEST_CASE("bytes that are no UTF-8 survive JSON") {
    for (std::string const text : {"\xff", "a\x80", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xaf"}) {
        CAPTURE(text);
        CHECK(survives(with(plan::user{text})));
        CHECK(to_json(with(plan::user{text})).find("\"bytes\"") != std::string::npos);
    }
    CHECK(survives(with(plan::user{std::string("\0\n\"\\", 4)})));
    CHECK(to_json(with(plan::user{"über"})).find("\"bytes\"") == std::string::npos);
}

TEST_CASE("JSON is canonical and says where") {
    auto const p = with(plan::user{"u"});
    CHECK(
        to_json(p, -1) ==
        R"({"stages":[{"from":{"kind":"image","text":"alpine:3"},"name":"base","source":{"file":"Dockerfile","line":1}},)"
        R"({"from":{"kind":"stage","stage":0,"text":"base"},"steps":[{"instruction":"user","source":{"file":"Dockerfile","last_line":4,"line":2},"text":"u"}]}],"version":1})");
    auto const back = from_json(to_json(p));
    CHECK(back.stages[1].steps[0].source.file == "Dockerfile");
    CHECK(back.stages[1].steps[0].source.line == 2);
    CHECK(back.stages[1].steps[0].source.last_line == 4);
}

TEST_CASE("what is no plan is refused by the name of the field") {
    CHECK(refusal("") == "this is no plan: not JSON at byte 1");
    CHECK(refusal("[]") == "this is no plan: the document must be an object");
    CHECK(refusal("{}") == "this is no plan: the document has no field \"version\"");
    CHECK(refusal(R"({"version":2})") == "the plan has version 2, this program reads version 1");
    CHECK(refusal(R"({"version":1,"x":1})") == "this is no plan: x is not a field that is known");
    CHECK(refusal(R"({"version":1,"stages":{}})") == "this is no plan: stages must be an array");
    CHECK(refusal(R"({"version":1,"targets":[0]})") == "this is no plan: targets names stage 0, but there are 0");
    CHECK(refusal(R"({"version":1,"stages":[{"from":{"kind":"stage","stage":9}}]})") ==
          "this is no plan: stages[0].from names stage 9, but there are 1");
    CHECK(refusal(R"({"version":1,"stages":[{"from":{"kind":"stage","stage":-1}}]})") ==
          "this is no plan: stages[0].from.stage must be a number of at least 0");
    CHECK(refusal(R"({"version":1,"stages":[{"steps":[{"text":"u"}]}]})") ==
          "this is no plan: stages[0].steps[0] must be an object with a field \"instruction\"");
    CHECK(refusal(R"({"version":1,"stages":[{"steps":[{"instruction":"fly"}]}]})") ==
          "this is no plan: stages[0].steps[0].instruction names no instruction that is known");
    CHECK(refusal(R"({"version":1,"stages":[{"steps":[{"instruction":"user","text":1}]}]})") ==
          "this is no plan: stages[0].steps[0].text must be a string");
    CHECK(refusal(R"({"version":1,"stages":[{"steps":[{"instruction":"user","text":{"bytes":"0"}}]}]})") ==
          "this is no plan: stages[0].steps[0].text must be bytes in hexadecimal");
    CHECK(refusal(R"({"version":1,"stages":[{"source":{"line":99999999999}}]})") ==
          "this is no plan: stages[0].source.line must be a smaller number");
}

TEST_CASE("deep and broken JSON neither crashes nor hangs") {
    auto const deep = std::string(200000, '[');
    CHECK(refusal(deep) != "accepted");
    CHECK(refusal(R"({"version":1,"stages":)" + deep) != "accepted");
    CHECK(refusal(R"({"version":1,"stages":)" + deep + std::string(200000, ']') + "}") == "this is no plan: stages[0] must be an object");
    auto const text = to_json(with(plan::env{{{"A", "b"}}}));
    for (std::size_t n = 0; n != text.size(); ++n) CHECK_THROWS_AS(from_json(text.substr(0, n)), failure);
}
