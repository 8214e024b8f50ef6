// SPDX-License-Identifier: BSL-1.0
#include "scripted.hpp"

#include <constage/report/json_lines.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <sstream>

using namespace constage;
using engine::outcome;
using report::style;

TEST_CASE("plain progress: numbered lines, never mixed, never cut") {
    scripted s(style::plain);
    s.plan();
    s.view->started(0, 0);
    s.view->transferred(0, 10'000'000, 40'000'000);
    s.view->transferred(0, 11'000'000, 40'000'000);
    s.view->transferred(0, 40'000'000, 40'000'000);
    s.view->transferred(0, 900, 1000);  // too short to tell
    s.view->finished(0, outcome::done, s.after(0.3) - 1'000'000'000, "");
    s.view->finished(1, outcome::cached, s.now, "");
    s.view->started(2, s.now);
    s.view->started(3, s.now);
    s.after(0.1234);
    s.view->output(2, 1, "Compi");
    s.view->output(3, 1, "a page\n");
    s.view->output(2, 1, "ling\nlast words");
    s.view->output(2, 2, "warn\n");
    s.view->finished(3, outcome::done, s.after(1), "command changed");
    s.view->finished(2, outcome::failed, s.after(1), "exit code: 1");
    s.view->finished(4, outcome::skipped, s.now, "");
    s.view->warning({"Dockerfile", 7, 0}, "odd");
    s.view->end();
    CHECK(s.text == R"(#1 [build] maven:3
#1 10.0 MB / 40.0 MB
#1 40.0 MB / 40.0 MB
#1 DONE 0.3s

#2 [build 1/2] WORKDIR /app
#2 CACHED

#3 [build 2/2] RUN mvn package

#4 [docs 1/1] RUN make docs
#4 0.123 a page

#3 0.123 Compiling
#3 0.123 warn

#4 DONE 1.1s (command changed)

#3 2.123 last words
#3 ERROR: exit code: 1
WARNING: odd (Dockerfile:7)
)");
}

TEST_CASE("quiet progress says nothing") {
    scripted s(style::quiet);
    s.plan();
    s.view->started(0, 0);
    s.view->output(0, 1, "x\n");
    s.view->finished(0, outcome::failed, 1, "why");
    s.view->end();
    CHECK(s.text.empty());
}

TEST_CASE("JSON progress: every line is an object") {
    scripted s(style::json);
    s.plan();
    s.view->started(2, 5);
    s.view->transferred(2, 1, 2);
    s.view->output(2, 1, "a \xff\nhalf");
    s.view->output(2, 2, "err\n");
    s.view->output(2, 1, " line\nend");
    s.view->finished(2, outcome::done, 9, "command changed");
    s.view->finished(3, outcome::cached, 9, "");
    s.view->warning({"Dockerfile", 7, 9}, "odd");

    std::vector<nlohmann::json> events;
    std::istringstream in(s.text);
    for (std::string line; std::getline(in, line);) events.push_back(nlohmann::json::parse(line));
    REQUIRE(events.size() == 10);
    CHECK(events[0]["event"] == "planned");
    CHECK(events[0]["tasks"].size() == 6);
    CHECK(
        events[0]["tasks"][2] ==
        nlohmann::json::parse(
            R"({"id":2,"kind":"step","stage":"build","number":2,"of":2,"text":"RUN mvn package","source":{"file":"Dockerfile","line":3},"needs":[1]})"));
    CHECK(events[0]["tasks"][5]["kind"] == "output");
    CHECK(events[1] == nlohmann::json::parse(R"({"event":"started","task":2,"at":5})"));
    CHECK(events[2] == nlohmann::json::parse(R"({"event":"transferred","task":2,"done":1,"total":2})"));
    CHECK(events[3] == nlohmann::json::parse("{\"event\":\"output\",\"task\":2,\"fd\":1,\"text\":\"a \xef\xbf\xbd\"}"));
    CHECK(events[4]["fd"] == 2);
    CHECK(events[5]["text"] == "half line");
    CHECK(events[6]["text"] == "end");
    CHECK(events[7] == nlohmann::json::parse(R"({"event":"finished","task":2,"outcome":"done","at":9,"why":"command changed"})"));
    CHECK(events[8]["outcome"] == "cached");
    CHECK(events[9]["source"]["last_line"] == 9);
}

TEST_CASE("JSON progress ends with the report or the failure") {
    engine::report r;
    r.images.push_back({"app", "linux/amd64", "sha256:1", "sha256:2", 3, 4, 5});
    r.steps.push_back({1, 0, "RUN x", {"Dockerfile", 2, 0}, true, true, 7, 8, 9});
    r.stages.push_back({"app", true, 1, 2, 3, 4, 5});
    r.left_behind = 6;
    auto const built = nlohmann::json::parse(report::json_line(r));
    CHECK(built["event"] == "built");
    CHECK(built["images"][0]["digest"] == "sha256:1");
    CHECK(built["images"][0]["base_bytes"] == 5);
    CHECK(built["steps"][0]["source"]["line"] == 2);
    CHECK(built["steps"][0]["cached"] == true);
    CHECK(built["stages"][0]["shipped_bytes"] == 5);
    CHECK(built["left_behind"] == 6);

    auto f = failure("broke").with_where("Dockerfile:7").with_hint("fix it");
    f.exit_code = 3;
    CHECK(report::json_line(f) == R"({"event":"failed","message":"broke","where":"Dockerfile:7","hint":"fix it","exit_code":3})"
                                  "\n");
}
