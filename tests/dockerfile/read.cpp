// SPDX-License-Identifier: BSL-1.0
#include <constage/dockerfile/ast.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/dockerfile/read.hpp>
#include <constage/failure.hpp>
#include <constage/plan/resolve.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace constage;
using kind = plan::reference::kind;

namespace {

failure failure_of(std::string const& text, dockerfile::options const& how = {}) {
    try {
        dockerfile::read(text, how);
    } catch (failure const& f) { return f; }
    return failure("no failure");
}

template <class T>
T step(std::string const& line) {
    auto const p = dockerfile::read("FROM scratch AS base\nFROM scratch\n" + line);
    REQUIRE(p.stages.back().steps.size() == 1);
    return std::get<T>(p.stages.back().steps[0].what);
}

}  // namespace

TEST_CASE("stages: names, numbers, choices", "[S001][S003][S008][C019]") {
    auto const p = dockerfile::read(R"(ARG V=prod
FROM alpine AS Base-Prod
FROM --platform=$BUILDPLATFORM alpine AS base-dev
FROM base-$V
COPY --from=BASE-DEV /a /b
COPY --from=0 /a /b
COPY --from=busybox /a /b
FROM base-prod
FROM Base-Prod
FROM scratch
FROM other-${V}
FROM ${V:-x}
)");
    REQUIRE(p.stages.size() == 8);
    CHECK(p.args.size() == 1);
    CHECK(p.stages[0].name == "base-prod");
    CHECK(p.stages[1].platform == "$BUILDPLATFORM");
    CHECK(p.stages[2].from == plan::reference{kind::select, 0, "base-$V", {0, 1}});
    CHECK(std::get<plan::copy>(p.stages[2].steps[0].what).from == plan::reference{kind::stage, 1, "base-dev", {}});
    CHECK(std::get<plan::copy>(p.stages[2].steps[1].what).from == plan::reference{kind::stage, 0, "base-prod", {}});
    CHECK(std::get<plan::copy>(p.stages[2].steps[2].what).from == plan::reference{kind::image, 0, "busybox", {}});
    CHECK(p.stages[3].from.what == kind::stage);
    CHECK(p.stages[4].from.what == kind::image);  // FROM keeps the case
    CHECK(p.stages[5].from.what == kind::scratch);
    CHECK(p.stages[6].from.what == kind::image);
    CHECK(p.stages[7].from.choices == std::vector<std::size_t>{0, 1});
    CHECK(p.stages[7].source.line == 12);
}

TEST_CASE("lines: comments, continuations, CRLF, escape", "[F001][F002][F003][F006][F007][F013]") {
    auto const d = dockerfile::parse(
        "\xef\xbb\xbf# escape=`\r\n# syntax=a/b:1\r\n\r\n# why\r\nFROM a`\r\n  b\r\n# in\r\nRUN x `\r\n  # gone\r\n\r\n y \\\r\nENV a=b `");
    REQUIRE(d.instructions.size() == 3);
    CHECK(d.escape == '`');
    CHECK(d.syntax == "a/b:1");
    CHECK(d.instructions[0].arguments == std::vector<std::string>{"a", "b"});
    CHECK(d.instructions[0].comments_above == std::vector<std::string>{"why"});
    CHECK(d.instructions[1].text == "RUN x  y \\");
    CHECK(d.instructions[1].first_line == 8);
    CHECK(d.instructions[1].last_line == 11);
    CHECK(d.instructions[1].comments.size() == 2);
    CHECK(d.instructions[1].blank_continuations == std::vector<int>{10});
    CHECK(d.instructions[2].arguments[0] == "a");
}

TEST_CASE("RUN: forms, heredocs, mounts", "[F018][R007][R022][R023][R024][H005]") {
    CHECK(step<plan::run>("RUN a  b \\\n  c").what == plan::command{true, {"a  b   c"}});
    CHECK(step<plan::run>("RUN [\"a\", \"b\"]").what == plan::command{false, {"a", "b"}});
    CHECK(step<plan::run>("RUN ['a']").what == plan::command{true, {"['a']"}});
    CHECK(step<plan::run>("RUN <<-EOF\n\ta\n\t\tb\n\tEOF\n").what == plan::command{true, {"a\nb\n"}});
    auto const script = step<plan::run>("RUN <<'EOF'\n#!/bin/x\nEOF\n");
    CHECK(script.what.words[0] == "<<'EOF'");
    CHECK(script.heredocs == std::vector<plan::heredoc>{{"EOF", "#!/bin/x\n", false, false, 0}});
    auto const pipe = step<plan::run>("RUN cat <<A && x 3<<-B\n1\nA\n\t2\n\tB\n");
    CHECK(pipe.heredocs == std::vector<plan::heredoc>{{"A", "1\n", true, false, 0}, {"B", "\t2\n", true, true, 3}});
    auto const r = step<plan::run>("RUN --network=none --mount=type=cache,dst=/c,ro=1,id=$X --mount=from=base,src=/s,target=/t,rw x");
    CHECK(r.network == "none");
    REQUIRE(r.mounts.size() == 2);
    CHECK(r.mounts[0].options ==
          std::map<std::string, std::string>{{"type", "cache"}, {"target", "/c"}, {"readonly", "true"}, {"id", "$X"}});
    CHECK(r.mounts[1].options ==
          std::map<std::string, std::string>{{"type", "bind"}, {"source", "/s"}, {"target", "/t"}, {"readonly", "false"}});
    CHECK(r.mounts[1].from == plan::reference{kind::stage, 0, "base", {}});
    CHECK(step<plan::run>("RUN --mount='type=secret,\"id=a,b\"' x").mounts[0].options.at("id") == "a,b");
}

TEST_CASE("COPY, ADD, configuration", "[C001][C022][G001][G012][G014]") {
    auto const c = step<plan::copy>("COPY --chown=a:b --chmod=0644 --link --exclude=*.a --exclude=b --parents x \"y z\" /d/");
    CHECK(c.sources == std::vector<std::string>{"x", "\"y", "z\""});  // only the JSON form keeps blanks
    CHECK(c.exclude.size() == 2);
    CHECK((c.link && c.parents));
    CHECK(step<plan::copy>("ADD --keep-git-dir=false --unpack a b").keep_git_dir == false);
    CHECK(step<plan::env>("ENV a=1 b=\"x y\"").list == plan::pairs{{"a", "1"}, {"b", "\"x y\""}});
    CHECK(step<plan::env>("ENV a  b  c=d").list == plan::pairs{{"a", "b  c=d"}});
    CHECK(step<plan::args>("ARG a b=1").list == std::vector<plan::arg>{{"a", std::nullopt}, {"b", "1"}});
    CHECK(step<plan::healthcheck>("HEALTHCHECK --interval=5s CMD [\"a\"]").test == plan::command{false, {"a"}});
    CHECK(step<plan::healthcheck>("HEALTHCHECK --bogus none").none);
    CHECK(step<plan::onbuild>("ONBUILD  RUN <<EOF\nx\nEOF\n").text == "RUN <<EOF\nx\nEOF");
    CHECK(step<plan::entrypoint>("ENTRYPOINT []").what == plan::command{false, {}});
}

TEST_CASE("failures say where, what and what to do", "[F008][F009][F010][F020][S004][S008][V014][R014][G011]") {
    auto const f = failure_of("FROM a\n\nRUM \\\n x\n");
    CHECK(std::string(f.what()) == "unknown instruction: RUM (did you mean RUN?)");
    CHECK(f.where == "Dockerfile:3-4");
    CHECK(f.instruction == "RUM  x");
    for (auto const& [text, wanted] : std::vector<std::pair<std::string, std::string>>{
             {"", "file with no instructions"},
             {"ARG a", "no stages to build"},
             {"RUN x\nFROM a", "no build stage in current context"},
             {"FROM a AS", "one or three arguments"},
             {"FROM a AS 1x", "invalid name for build stage: \"1x\""},
             {"FROM a\nCOPY --form=b c d", "unknown flag: --form (did you mean"},
             {"FROM a\nCOPY --from b c d", "missing a value on flag: --from"},
             {"FROM a\nCOPY --from=$b c d", "variable expansion is not supported for --from"},
             {"FROM a\nCOPY --from=3 c d", "invalid stage index 3"},
             {"FROM a\nRUN <<EOF\nx", "unterminated heredoc"},
             {"FROM a\nRUN [1]", "arrays must be comprised of strings only"},
             {"FROM a\nRUN --mount=type=cahce,target=/x y", "unsupported mount type \"cahce\" (did you mean cache?)"},
             {"FROM a\nRUN --mount=from=$x,target=/x y", "'from' doesn't support variable expansion"},
             {"FROM a\nRUN --mount=required,type=secret,id=x y", "unexpected key 'required'"},
             {"FROM a\nSHELL a", "JSON form"},
             {"# escape=x\nFROM a", "invalid escape token"},
             {"# escape=`\n# escape=`\nFROM a", "only one escape parser directive"},
         }) {
        INFO(text);
        CHECK(std::string(failure_of(text).what()).find(wanted) != std::string::npos);
    }
}

TEST_CASE("mistakes in stages that nothing needs", "[S007]") {
    std::string const text = "FROM a AS bad\nRUN --mount=type=cache,bogus=1,target=/x y\nFROM b AS good\n";
    CHECK(dockerfile::read(text).stages.size() == 2);
    CHECK(std::string(failure_of(text, {"Dockerfile", "bad"}).what()).find("unexpected key 'bogus'") != std::string::npos);
}

TEST_CASE("what a file means: refusals", "[S010][S011]") {
    for (auto const& [text, wanted] : std::vector<std::pair<std::string, std::string>>{
             {"FROM a AS x\nCOPY --from=y /a /b\nFROM b AS y\nFROM x", "cannot copy from stage \"y\", it needs to be defined before"},
             {"FROM a AS x\nRUN --mount=from=y,target=/y z\nFROM b AS y\nFROM x", "cannot mount from stage \"y\""},
             {"FROM a AS x\nCOPY --from=x /a /b", "circular dependency detected on stage: x"},
             {"ARG BASE\nFROM $BSAE", "base name ($BSAE) should not be blank (did you mean BASE?)"},
             {"FROM --platform=$BULIDPLATFORM a", "empty platform value from expression $BULIDPLATFORM (did you mean BUILDPLATFORM?)"},
             {"ARG MY_ARCH=x\nFROM --platform=linux/${MYARCH} a", "(did you mean MY_ARCH?)"},
         }) {
        INFO(text);
        std::string error;
        try {
            plan::resolve(dockerfile::read(text), {});
        } catch (failure const& f) { error = f.what(); }
        CHECK(error.find(wanted) != std::string::npos);
    }
    CHECK_NOTHROW(plan::resolve(dockerfile::read("FROM a AS x\nCOPY --from=y /a /b\nFROM b AS y\n"), {}));  // x is not needed
}

TEST_CASE("triggers", "[G014]") {
    CHECK(std::get<plan::copy>(dockerfile::read_trigger("COPY --from=Other . /src")).from == plan::reference{kind::image, 0, "Other", {}});
    CHECK(std::get<plan::run>(dockerfile::read_trigger("RUN <<EOF\nx\nEOF")).what == plan::command{true, {"x\n"}});
    CHECK_THROWS_AS(dockerfile::read_trigger("FROM a"), failure);
    CHECK_THROWS_AS(dockerfile::read_trigger("RUN a\nRUN b"), failure);
}

TEST_CASE("any bytes give a plan or a failure, in time linear in their size") {
    unsigned state = 1;
    auto const next = [&state] { return (state = state * 1664525u + 1013904223u) >> 16; };
    std::string const parts[] = {"FROM a AS b\n",
                                 "RUN ",
                                 "COPY --from=",
                                 "<<EOF ",
                                 "EOF\n",
                                 "\\\n",
                                 "`",
                                 "${x",
                                 ":-",
                                 "}",
                                 "[\"",
                                 "\"]",
                                 "\"",
                                 "'",
                                 "\n",
                                 "#",
                                 "# escape=`\n",
                                 "ONBUILD ",
                                 "--mount=type=",
                                 "ENV a=",
                                 " ",
                                 "\t",
                                 std::string(1, '\0'),
                                 "\xff",
                                 "\xe3\x80\x80",
                                 "HEALTHCHECK CMD ",
                                 "ARG ",
                                 "$",
                                 "="};
    for (int round = 0; round != 3000; ++round) {
        std::string text = round % 2 ? "FROM a\n" : "";
        for (auto n = next() % 60; n != 0; --n) text += parts[next() % std::size(parts)];
        auto const line = dockerfile::ast_json("x", text);
        CHECK(nlohmann::json::accept(line));
        try {
            dockerfile::read(text);
        } catch (failure const& f) { CHECK(std::string(f.what()) != ""); }
    }
    std::string deep = "FROM a\n";
    for (int i = 0; i != 20000; ++i) deep += "ONBUILD \\\n";
    CHECK_THROWS_AS(dockerfile::read(deep + "RUN x"), failure);
    std::string many = "FROM a\n";
    for (int i = 0; i != 100000; ++i) many += "RUN x \\\n# c\n\n y\n";
    CHECK(dockerfile::read(many).stages[0].steps.size() == 100000);
    std::string heredocs = "FROM a\nRUN cat", bodies;
    for (int i = 0; i != 5000; ++i) heredocs += " <<E", bodies += "x\nE\n";
    CHECK(std::get<plan::run>(dockerfile::read(heredocs + "\n" + bodies).stages[0].steps[0].what).heredocs.size() == 5000);
}
