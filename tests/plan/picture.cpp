// SPDX-License-Identifier: BSL-1.0
#include <constage/plan/picture.hpp>

#include <catch2/catch.hpp>

using namespace constage;
using kind = plan::reference::kind;

namespace {

plan::source at(int line) { return {"Dockerfile", line, 0}; }

/// build (maven) -> runtime (jre, COPY); docs is not needed; tests mounts build.
plan::plan example() {
    plan::copy jar;
    jar.from = {kind::stage, 0, "build", {}};
    jar.sources = {"/app.jar"};
    jar.destination = "/app/";
    plan::run test;
    test.what.words = {"test \"a\" <x>"};
    test.mounts = {{{kind::stage, 0, "build", {}}, {{"type", "bind"}, {"target", "/b"}}}};
    plan::run mvn;
    mvn.what.words = {"mvn package"};
    plan::plan p;
    p.stages.push_back({"build", {kind::image, 0, "maven:3", {}}, "", {{plan::workdir{"/app"}, at(2)}, {mvn, at(3)}}, at(1)});
    p.stages.push_back({"docs", {kind::image, 0, "alpine", {}}, "", {}, at(4)});
    p.stages.push_back({"tests", {kind::stage, 1, "docs", {}}, "", {{test, at(6)}}, at(5)});
    p.stages.push_back({"", {kind::image, 0, "jre:11", {}}, "", {{jar, at(8)}}, at(7)});
    return p;
}

bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a plan as text") {
    auto const p = example();
    CHECK(plan::to_text(p, plan::resolve(p, {})) == R"(4 stages, 2 levels, 2 pruned, critical path of 5 instructions: build -> 3

level 0
  build [critical path]
    Dockerfile:1    FROM maven:3
    Dockerfile:2    WORKDIR /app
    Dockerfile:3    RUN mvn package

level 1
  3 [target] [critical path]
    needs           build (COPY, Dockerfile:8)
    Dockerfile:7    FROM jre:11
    Dockerfile:8    COPY --from=build /app.jar /app/

pruned: not needed for the target
  docs (Dockerfile:4)
  tests (Dockerfile:5)
)");
}

TEST_CASE("another target prunes other stages") {
    auto const p = example();
    plan::choice how;
    how.target = "tests";
    auto const text = plan::to_text(p, plan::resolve(p, how));
    CHECK(has(text, "4 stages, 2 levels, 1 pruned, critical path of 5 instructions: build -> tests\n"));
    CHECK(has(text, "    needs           docs (FROM, Dockerfile:5)\n    needs           build (mount, Dockerfile:6)\n"));
    CHECK(has(text, "target\n  3 (Dockerfile:7)\n"));
}

TEST_CASE("a choice of stages shows what was chosen") {
    plan::plan p;
    p.args = {{{"V", "prod"}, at(1)}};
    p.stages.push_back({"base-dev", {kind::image, 0, "a", {}}, "", {}, at(2)});
    p.stages.push_back({"base-prod", {kind::image, 0, "b", {}}, "", {}, at(3)});
    p.stages.push_back({"app", {kind::select, 0, "base-${V}", {0, 1}}, "", {}, at(4)});
    auto const text = plan::to_text(p, plan::resolve(p, {}));
    CHECK(has(text, "FROM base-prod (chosen by base-${V})"));
    CHECK(has(text, "pruned: not needed for the target\n  base-dev"));
    auto const dot = plan::to_dot(p, plan::resolve(p, {}));
    CHECK(has(dot, "s1 -> s2 [label=\"select\", style=bold, color=red];"));
    CHECK(has(dot, "s0 -> s2 [label=\"select\", style=bold, color=gray, fontcolor=gray];"));
}

TEST_CASE("a plan as DOT") {
    auto const p = example();
    auto const dot = plan::to_dot(p, plan::resolve(p, {}));
    CHECK(has(dot, "digraph plan {"));
    CHECK(has(dot, "i0 [shape=cylinder, label=\"maven:3\"];"));
    CHECK(has(dot, "s0 [label=\"build\\n2 instructions\", color=red];"));
    CHECK(has(dot, "s1 [label=\"docs\\n0 instructions\", style=dashed, color=gray, fontcolor=gray];"));
    CHECK(has(dot, "s3 [label=\"3 (target)\\n1 instruction\", color=red, peripheries=2];"));
    CHECK(has(dot, "s0 -> s3 [label=\"COPY\", style=dashed, color=red];"));
    CHECK(has(dot, "s0 -> s2 [label=\"mount\", style=dotted, color=gray, fontcolor=gray];"));
    CHECK(has(dot, "{ rank=same; s3; }"));
}

TEST_CASE("a plan as Mermaid") {
    auto const p = example();
    auto const text = plan::to_mermaid(p, plan::resolve(p, {}));
    CHECK(has(text, "flowchart LR\n"));
    CHECK(has(text, "  i0[(\"maven:3\")]\n"));
    CHECK(has(text, "  subgraph level1[\"level 1\"]\n    s3[\"3 (target)<br>1 instruction\"]\n  end\n"));
    CHECK(has(text, "  s0 -->|COPY| s3\n"));
    CHECK(has(text, "  s0 -.->|mount| s2\n"));
    CHECK(has(text, "  i0 ==>|FROM| s0\n"));
    CHECK(has(text, "  class s1 pruned\n"));
    CHECK(has(text, "  class s3 critical\n"));
    CHECK(has(text, "  class s3 target\n"));
}

TEST_CASE("names cannot break out of a picture") {
    plan::plan p;
    p.stages.push_back({"a\"]\n;<b>\\", {kind::image, 0, "i<&", {}}, "", {}, {}});
    CHECK(has(plan::to_dot(p, plan::resolve(p, {})), "label=\"a&quot;]\\n;&lt;b&gt;&#92; (target)\\n0 instructions\""));
    CHECK(has(plan::to_mermaid(p, plan::resolve(p, {})), "[(\"i&lt;&amp;\")]"));
}
