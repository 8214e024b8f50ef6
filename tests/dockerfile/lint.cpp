// SPDX-License-Identifier: BSL-1.0
#include <constage/dockerfile/lint.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/failure.hpp>

#include <catch2/catch.hpp>

using namespace constage;

namespace {

using strings = std::vector<std::string>;

/// "Rule:line"
strings lint(std::string const& text, dockerfile::lint_options const& how = {}) {
    strings list;
    for (auto const& w : dockerfile::lint(dockerfile::parse(text), how)) list.push_back(w.rule + ":" + std::to_string(w.line));
    return list;
}

dockerfile::lint_options with_base(std::optional<dockerfile::base_facts> facts) {
    dockerfile::lint_options how;
    how.base = [facts = std::move(facts)](std::string const&, std::string const&) { return facts; };
    return how;
}

}  // namespace

TEST_CASE("lint: what the base image brings", "[S012]") {
    std::string const text = "FROM base\nUSER $WHO\nCMD x\n";
    CHECK(lint(text) == strings{"UndefinedVar:2", "JSONArgsRecommended:3"});
    dockerfile::base_facts facts;
    facts.variables = {{"WHO", "me"}};
    facts.has_shell = true;
    CHECK(lint(text, with_base(facts)).empty());
    CHECK(lint("FROM base AS a\nFROM a\nUSER $WHO\nUSER $NO\n", with_base(facts)) == strings{"UndefinedVar:4"});
    CHECK(lint(text, with_base(std::nullopt)) == strings{"JSONArgsRecommended:3"});  // it may define anything
    CHECK(lint("FROM scratch\nUSER $WHO\n", with_base(facts)) == strings{"UndefinedVar:2"});
    facts.wanted = "linux/amd64";
    facts.platform = "linux/arm64";
    auto const warnings = dockerfile::lint(dockerfile::parse("FROM scratch AS x\nFROM base\n"), with_base(facts));
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].line == 2);
    CHECK(warnings[0].rule == "InvalidBaseImagePlatform");
    CHECK(warnings[0].detail == "Base image base was pulled with platform \"linux/arm64\", expected \"linux/amd64\" for current build");
}

TEST_CASE("lint: triggers run where the image is used", "[G014]") {
    dockerfile::base_facts facts;
    facts.triggers = {"ENV A=1", "WORKDIR here"};
    CHECK(lint("FROM x\nUSER $A\n", with_base(facts)) == strings{"WorkdirRelativePath:1"});
    CHECK(lint("FROM x AS a\nONBUILD ENV B=1\nUSER $B\nFROM a\nUSER $B\nFROM a AS c\nFROM c\nUSER $B\n") == strings{"UndefinedVar:3"});
}

TEST_CASE("lint: build arguments, targets, platforms", "[S009][B021]") {
    dockerfile::lint_options how;
    std::string const text = "ARG B\nFROM a${B} AS one\nUSER $X\nFROM b AS two\nUSER $Y\n";
    CHECK(lint(text) == strings{"UndefinedVar:3", "UndefinedVar:5"});
    how.choice.target = "ONE";
    CHECK(lint(text, how) == strings{"UndefinedVar:3"});
    CHECK(lint("ARG B\nFROM $B\n") == strings{"InvalidDefaultArgInFrom:2"});
    how.choice.target.clear();
    how.choice.build_args = {{"B", "debian"}};
    CHECK(lint("ARG B\nFROM $B\n", how) == strings{"InvalidDefaultArgInFrom:2"});
    CHECK(lint("FROM --platform=linux/amd64 a\nFROM --platform=amd64 a AS amd64-a\nFROM --platform=x86_64 a AS amd64-b\n") ==
          strings{"FromPlatformFlagConstDisallowed:1"});
    CHECK(lint("FROM --platform=$TARGETPLATFORM a\n") == strings{"RedundantTargetPlatform:1"});
    CHECK(lint("# escape=`\nFROM --platform=windows/amd64 a AS windows\nWORKDIR c:\\x\n").empty());
    CHECK(lint("# escape=`\nFROM a\nWORKDIR c:\\x\n") == strings{"WorkdirRelativePath:3"});
}

TEST_CASE("lint: controls", "[F014]") {
    CHECK(lint("# check=skip=StageNameCasing\nFROM a AS A\n").empty());
    CHECK(lint("# check=skip=all\nFROM a AS A\n").empty());
    CHECK(lint("FROM a AS b\n# check=skip=UndefinedVar\nUSER $A\nUSER $A\n") == strings{"UndefinedVar:4"});
    auto const document = dockerfile::parse("# check=error=true\nFROM a AS A\nMAINTAINER x\n");
    CHECK(dockerfile::controls_of(document, {}).error);
    CHECK(dockerfile::lint_error(document, dockerfile::lint(document)) ==
          "lint violation found for rules: MaintainerDeprecated, StageNameCasing");
    dockerfile::lint_options how;
    how.choice.build_args["BUILDKIT_DOCKERFILE_CHECK"] = "skip=MaintainerDeprecated";
    CHECK(lint("# check=error=true\nFROM a AS A\nMAINTAINER x\n", how) == strings{"StageNameCasing:2"});
    how.choice.build_args["BUILDKIT_DOCKERFILE_CHECK"] = "sikp=x";
    CHECK_THROWS_AS(lint("FROM a\n", how), failure);
}
