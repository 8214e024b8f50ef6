// SPDX-License-Identifier: BSL-1.0
#include "captured.hpp"

#include <constage/oci/deflate_isal.hpp>
#include <constage/oci/gzip.hpp>
#include <constage/plan/json.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace constage;
using nlohmann::json;

namespace {

std::string const two_stages = "FROM alpine AS build\nRUN make\nFROM scratch\nCOPY --from=build /a /b\n";

bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("version and help go to standard output") {
    auto const version = call({"version"});
    CHECK(version.code == 0);
    CHECK(version.out.starts_with("constage " CONSTAGE_VERSION " (gzip: " + std::string(oci::default_gzip())));
    CHECK(version.out.ends_with(")\n"));
    CHECK(has(version.out, "differ byte by byte from those of ISA-L") == !oci::isal_obstacle().empty());
    CHECK(version.err.empty());
    CHECK(call({"--help"}).code == 0);
    CHECK(has(call({"build", "--help"}).out, "--build-arg"));
}

TEST_CASE("plan shows a Dockerfile", "[X001]") {
    workspace w;
    w.write("Dockerfile", two_stages);
    w.write("sub/dockerfile", "FROM scratch AS other\nENV A=b\n");
    auto const text = call({"plan"});
    CHECK(text.code == 0);
    CHECK(has(text.out, "2 stages, 2 levels"));
    CHECK(has(text.out, "Dockerfile:4"));
    CHECK(has(call({"plan", "sub"}).out, "sub/dockerfile:1"));
    CHECK(has(call({"plan", "Dockerfile"}).out, "Dockerfile:4"));
    CHECK(has(call({"plan", "-f", "-", "."}, "FROM scratch\nLABEL a=b\n").out, "<stdin>:2"));
    CHECK(has(call({"plan", "--format", "dot"}).out, "digraph"));
    CHECK(has(call({"plan", "--format", "mermaid"}).out, "flowchart"));
    auto const as_json = call({"plan", "--format", "json"});
    CHECK(plan::from_json(as_json.out).stages.size() == 2);
    CHECK(json::parse(as_json.out)["stages"][1]["steps"][0]["source"]["line"] == 4);
}

TEST_CASE("plan of a build program is the plan of its graph") {
    workspace w;
    plan::plan p;
    p.stages.push_back({"only", {plan::reference::kind::scratch, 0, "scratch", {}}, "", {}, {"/some/where/build.cpp", 3, 0}});
    auto const graph = [&] { return p; };
    CHECK(plan::from_json(call({"plan", "--format", "json"}, "", graph).out) == p);
    CHECK(has(call({"plan"}, "", graph).out, "    build.cpp:3 "));
    CHECK(call({"ast", "x"}, "", graph).code == 2);
}

TEST_CASE("ast prints a line for each file") {
    workspace w;
    w.write("a", two_stages);
    w.write("b", "FORM x\n");
    auto const result = call({"ast", "a", "b", "-"}, "FROM scratch\n");
    CHECK(result.code == 0);
    std::istringstream in(result.out);
    std::vector<json> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
    REQUIRE(lines.size() == 3);
    CHECK(lines[0]["ok"] == true);
    CHECK(lines[0]["llb"]["ok"] == true);
    CHECK(lines[1]["ok"] == false);
    CHECK(lines[2]["ok"] == true);
}

TEST_CASE("check warns as buildx does") {
    workspace w;
    w.write("Dockerfile", "FROM scratch AS Upper\nMAINTAINER me\n");
    for (auto const& command : {std::vector<std::string>{"check"}, {"build", "--check", "."}, {"build", "--call=check"}}) {
        auto const result = call(command);
        CHECK(result.code == 1);
        CHECK(has(result.out, "Check complete, 2 warnings have been found!\n"));
        CHECK(has(result.out, "\nWARNING: StageNameCasing - https://"));
        CHECK(has(result.out, "\nDockerfile:1\n--------------------\n   1 | >>> FROM scratch AS Upper\n"));
        CHECK(has(result.out, "\nDockerfile:2\n"));
    }
    w.write("Dockerfile", "FROM scratch AS Upper\nCOPY ./a/ b c /x/\n");
    w.write(".dockerignore", "a\n");
    auto const ignored = call({"check"});
    CHECK(has(ignored.out, "Attempting to Copy file \"./a/\" that is excluded by .dockerignore\nDockerfile:2\n"));
    CHECK(has(ignored.out, "2 warnings"));
    auto const as_json = json::parse(call({"check", "--format", "json"}).out);
    REQUIRE(as_json["warnings"].size() == 2);
    CHECK(as_json["warnings"][0]["ruleName"] == "StageNameCasing");
    CHECK(as_json["warnings"][0]["location"]["ranges"][0]["start"]["line"] == 1);
    CHECK(as_json["sources"][0]["filename"] == "Dockerfile");
    CHECK(as_json["sources"][0]["data"] == "RlJPTSBzY3JhdGNoIEFTIFVwcGVyCkNPUFkgLi9hLyBiIGMgL3gvCg==");
    CHECK(call({"build", "--call=check,format=json"}).out == call({"check", "--format", "json"}).out);
    CHECK(call({"build", "--call=check,ignorestatus=true"}).code == 0);
    CHECK(call({"build", "--call=check,what=json"}).code == 2);
    w.write(".dockerignore", "*\n!a\n");
    w.write("Dockerfile", "FROM scratch\nCOPY . /\n");
    auto const clean = call({"check"});
    CHECK(clean.code == 0);
    CHECK(clean.out == "Check complete, no warnings found.\n");
}

TEST_CASE("check finds what would stop a build, in any stage", "[B021]") {
    workspace w;
    w.write("Dockerfile", "FROM scratch AS Up\nRUN --mount=type=nothing x\nFROM scratch\n");
    auto const text = call({"check"});
    CHECK(text.code == 1);
    CHECK(has(text.out, "Check complete, 1 warning has been found!\n"));
    CHECK(has(text.err, "Dockerfile:2\n"));
    CHECK(has(text.err, "unsupported mount type"));
    auto const target = call({"check", "--target", "1"});
    CHECK(target.code != 0);  // no name
    auto const as_json = call({"check", "--format", "json"});
    CHECK(as_json.code == 1);
    CHECK(json::parse(as_json.out)["buildError"]["location"]["ranges"][0]["start"]["line"] == 2);
    w.write("Dockerfile", "FROM scratch AS a\nCOPY --from=${x:?is missing} / /\n");
    CHECK(call({"check"}).code == 1);
    w.write("Dockerfile", "FROM scratch\nFORM x\n");
    auto const broken = call({"check"});
    CHECK(broken.code == 1);
    CHECK(broken.out.empty());
    CHECK(has(broken.err, "unknown instruction: FORM"));
    w.write("Dockerfile", "# check=error=true\nFROM scratch AS Up\nLABEL a=b\n");
    CHECK(has(call({"check"}).err, "lint violation found for rules: StageNameCasing"));
    auto const refused = call({"build", ".", "-o", "type=oci,dest=out.tar", "--store", "store"});
    CHECK(refused.code == 1);
    CHECK(has(refused.err, "lint violation found for rules: StageNameCasing"));
    CHECK(!std::filesystem::exists("out.tar"));
}

TEST_CASE("check and build know what a base image brings", "[X012]") {
    workspace w;
    w.write("base/Dockerfile", "FROM scratch\nENV WHO=me\nSHELL [\"/sh\"]\n");
    w.write("Dockerfile", "FROM base\nUSER $WHO\nENV A=$NOBODY\nCMD x\n");
    REQUIRE(call({"build", "base", "-o", "type=oci,dest=base.tar", "--store", "store", "-t", "base:1"}).code == 0);
    std::vector<std::string> const base{"--build-context", "base=oci-archive://base.tar", "--store", "store"};
    auto words = std::vector<std::string>{"check", "."};
    words.insert(words.end(), base.begin(), base.end());
    auto const checked = call(words);
    INFO(checked.out << checked.err);
    CHECK(has(checked.out, "1 warning has been found!"));
    CHECK(has(checked.out, "'$NOBODY'"));
    words = {"build", ".", "--progress=plain"};
    words.insert(words.end(), base.begin(), base.end());
    auto const built = call(words);
    CHECK(built.code == 0);
    CHECK(has(built.err, "1 warning found (--check shows the lines):\n - UndefinedVar: Usage of undefined variable '$NOBODY'"));
}

TEST_CASE("call: targets and outline", "[B021]") {
    workspace w;
    w.write("Dockerfile",
            "# V is the version\nARG V=1\nFROM a:$V AS build\nRUN --mount=type=secret,id=key,required x\n# all of it\nFROM build\n");
    auto const targets = call({"build", "--call", "targets"});
    CHECK(targets.code == 0);
    CHECK(targets.out == "TARGET    DESCRIPTION\nbuild     \n(default) \n");
    CHECK(json::parse(call({"build", "--call=targets,format=json"}).out)["targets"][1]["default"] == true);
    auto const outline = call({"build", "--call", "outline", "--target", "build"});
    CHECK(outline.out ==
          "TARGET: build\n\nBUILD ARG   VALUE   DESCRIPTION\nV           1       is the version\n\nSECRET   REQUIRED\nkey      true\n\n");
    auto const as_json = json::parse(call({"build", "--call=outline,format=json"}).out);
    CHECK(as_json["args"][0]["name"] == "V");
    CHECK(as_json["secrets"][0]["required"] == true);
    CHECK(call({"build", "--call=everything"}).code == 2);
}

TEST_CASE("failures: exit code, place, excerpt, hint") {
    workspace w;
    w.write("Dockerfile", "FROM scratch\nFORM x\n");
    auto const broken = call({"build", "."});
    CHECK(broken.code == 1);
    CHECK(has(broken.err, "Dockerfile:2\n--------------------\n   1 |     FROM scratch\n   2 | >>> FORM x\n"));
    CHECK(has(broken.err, "\nERROR: "));
    CHECK(has(broken.err, "FORM"));
    CHECK(broken.out.empty());
    CHECK(call({"build", "--no-such"}).code == 2);
    CHECK(has(call({"build", "--no-such"}).err, "ERROR: unknown option --no-such"));
    auto const nowhere = call({"build", "nowhere"});
    CHECK(nowhere.code == 2);
    CHECK(has(nowhere.err, "ERROR: the build context \"nowhere\" does not exist\n"));
    auto const missing = call({"build", "-f", "nothing", "."});
    CHECK(missing.code == 1);
    CHECK(has(missing.err, "nothing"));
    CHECK(has(missing.err, "hint: "));
    w.write("Dockerfile", two_stages);
    auto const target = call({"build", "--target", "biuld", "."});
    CHECK(target.code == 2);
    CHECK(has(target.err, "did you mean build?"));
}

TEST_CASE("failures are JSON where progress is") {
    workspace w;
    w.write("Dockerfile", two_stages);
    auto const result = call({"build", "--target", "nope", "--progress=json", "."});
    CHECK(result.code == 2);
    CHECK(json::parse(result.err)["event"] == "failed");
}

TEST_CASE("a build that needs nothing from outside", "[B020][B022]") {
    workspace w;
    w.write("app/Dockerfile", "FROM scratch\nCOPY hello /hello\nLABEL a=b\n");
    w.write("app/hello", "hello\n");
    std::vector<std::string> const command{"build",     "--store", "store",           "-t",        "app:1",
                                           "--iidfile", "iid",     "--metadata-file", "meta.json", "app"};
    auto const first = call(command);
    INFO(first.err);
    REQUIRE(first.code == 0);
    CHECK(has(first.err, "#1 [0 1/1] COPY hello /hello\n"));
    CHECK(first.out.starts_with("sha256:"));
    CHECK(w.read("iid") + "\n" == first.out);
    auto const meta = json::parse(w.read("meta.json"));
    CHECK(meta["containerimage.digest"] == w.read("iid"));
    CHECK(meta["image.name"] == "app:1");

    auto const second = call(command);
    CHECK(has(second.err, " CACHED\n"));
    CHECK(has(second.err, "everything was cached"));
    CHECK(second.out == first.out);

    auto quiet = command;
    quiet.push_back("-q");
    auto const third = call(quiet);
    CHECK(third.err.empty());
    CHECK(third.out == first.out);

    auto const files = call({"build", "--store", "store", "-o", "out", "app"});
    CHECK(files.code == 0);
    CHECK(files.out.empty());
    CHECK(w.read("out/hello") == "hello\n");

    auto const lines = call({"build", "--store", "store", "--progress=json", "app"});
    std::istringstream in(lines.err);
    std::string line, last;
    while (std::getline(in, line)) CHECK_NOTHROW(json::parse(last = line));
    CHECK(json::parse(last)["event"] == "built");
}

TEST_CASE("the Dockerfile may come from standard input", "[X002]") {
    workspace w;
    w.write("hello", "hello\n");
    auto const result = call({"build", "--store", "store", "-f", "-", "-o", "out", "."}, "FROM scratch\nCOPY hello /there\n");
    INFO(result.err);
    CHECK(result.code == 0);
    CHECK(w.read("out/there") == "hello\n");
}

TEST_CASE("a build tells the warnings of its Dockerfile, and may be failed by them") {
    workspace w;
    w.write("Dockerfile", "FROM scratch AS Upper\nENV A=b\n");
    auto const warned = call({"build", "--store", "store", "."});
    INFO(warned.err);
    CHECK(warned.code == 0);
    CHECK(has(warned.err, "1 warning found (--check shows the lines):\n - StageNameCasing: "));
    CHECK_FALSE(has(call({"build", "--store", "store", "-q", "."}).err, "StageNameCasing"));
    w.write("Dockerfile", "# check=error=true\nFROM scratch AS Upper\nENV A=b\n");
    auto const failed = call({"build", "--store", "store", "."});
    CHECK(failed.code == 1);
    CHECK(has(failed.err, "ERROR: lint violation found for rules: StageNameCasing\n"));
}

TEST_CASE("import writes a build program") {
    workspace w;
    w.write("Dockerfile", two_stages);
    auto const result = call({"import"});
    CHECK(result.code == 0);
    CHECK(has(result.out, "#include <constage/dsl.hpp>"));
    CHECK(call({"import", "Dockerfile", "-o", "build.cpp"}).out.empty());
    CHECK(w.read("build.cpp") == result.out);
    CHECK(call({"import", "-"}, "FROM scratch\n").code == 0);
}

TEST_CASE("export writes the plan as a Dockerfile") {
    workspace w;
    w.write("Dockerfile", two_stages);
    auto const result = call({"export", "dockerfile"});
    CHECK(result.code == 0);
    w.write("again", result.out);
    CHECK(plan::from_json(call({"plan", "-f", "again", "--format", "json"}).out) ==
          plan::from_json(call({"plan", "--format", "json"}).out));
    CHECK(call({"export", "dockerfile", "-o", "out"}).out.empty());
    CHECK(w.read("out") == result.out);
    CHECK(call({"export", "makefile"}).code == 2);
    plan::plan p;
    p.stages.push_back({"only", {plan::reference::kind::scratch, 0, "scratch", {}}, "", {}, {}});
    CHECK(has(call({"export", "dockerfile"}, "", [&] { return p; }).out, "FROM scratch AS only"));
}

TEST_CASE("doctor and prune say what they found") {
    workspace w;
    auto const doctor = call({"doctor"});
    CHECK((doctor.code == 0 || has(doctor.out, "MISSING")));
    CHECK(has(doctor.out, "ok "));
    w.write("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
    REQUIRE(call({"build", "--store", "store", "."}).code == 0);
    auto const pruned = call({"prune", "--store", "store"});
    INFO(pruned.err);
    CHECK(pruned.code == 0);
    CHECK(has(pruned.out, "reclaimed "));
}
