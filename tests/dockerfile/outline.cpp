// SPDX-License-Identifier: BSL-1.0
#include "../tables.hpp"

#include <constage/dockerfile/outline.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/failure.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace constage;
using json = nlohmann::json;

namespace {

dockerfile::outline outline(std::string const& text, plan::choice const& how = {}) {
    return dockerfile::outline_of(dockerfile::parse(text), how);
}
std::vector<std::string> names(dockerfile::outline const& o) {
    std::vector<std::string> list;
    for (auto const& a : o.arguments) list.push_back(a.name + "=" + a.value);
    return list;
}
using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("outline: only what the target uses", "[F016][B021]") {
    auto const text =
        "ARG A=1\nARG B=${A}2\nARG C=3\n# D is for FROM\nARG D=4\nFROM x:$B AS one\nARG A\nARG E\nFROM y:$D AS two\nARG F=$E\nENV E=5\nARG "
        "G=$E\nFROM scratch\nCOPY --from=one / /\n";
    CHECK(names(outline(text)) == strings{"A=1", "B=12", "E="});
    plan::choice how;
    how.target = "TWO";
    how.build_args = {{"G", "given"}, {"C", "unused"}};
    auto const two = outline(text, how);
    CHECK(names(two) == strings{"D=4", "F=", "G=given"});
    CHECK(two.arguments[0].description == "is for FROM");
    CHECK(two.arguments[0].line == 5);
    CHECK(two.name == "two");
    how.target = "three";
    CHECK_THROWS_AS(outline(text, how), failure);
}

TEST_CASE("outline: defaults in terms of themselves") {
    CHECK(names(outline("ARG A=a\nARG B=b\nARG A=${A}${B}\nFROM x:$A\n")) == strings{"B=b", "A=ab"});
    CHECK(names(outline("FROM x\nENV P=1 Q=$P\nARG A=$P$Q\n")) == strings{"A=1"});
}

TEST_CASE("outline: secrets and keys", "[R012][R013]") {
    auto const o = outline(
        "FROM x AS one\nARG N=7\nRUN --mount=type=secret,id=a$N,required --mount=type=secret,target=/etc/b true\nFROM one\nRUN "
        "--mount=type=ssh --mount=type=ssh,id=k true\n");
    REQUIRE(o.secrets.size() == 2);
    CHECK((o.secrets[0].name == "a7" && o.secrets[0].required));
    CHECK((o.secrets[1].name == "b" && !o.secrets[1].required && o.secrets[1].line == 3));
    REQUIRE(o.ssh.size() == 2);
    CHECK((o.ssh[0].name == "default" && o.ssh[1].name == "k"));
}

TEST_CASE("targets: descriptions are comments that begin with the name", "[F016]") {
    auto const list = dockerfile::targets_of(dockerfile::parse("# a does it\n# other\nFROM --platform=$P x AS A\n# b: no\nFROM a as b\n"));
    REQUIRE(list.size() == 2);
    CHECK((list[0].name == "a" && list[0].description == "does it" && list[0].base == "x" && list[0].platform == "$P"));
    CHECK((list[1].description.empty() && list[1].is_default && list[1].line == 5 && !list[0].is_default));
}

TEST_CASE("table: outlines and targets") {
    auto const root = tables::find("conformance/buildkit");
    if (!root) {
        WARN("skipped: conformance/buildkit is not there");
        return;
    }
    int seen = 0;
    auto const agrees = [](json const& wanted, json const& got) {  // of each entry only the fields that the case tells
        REQUIRE(wanted.size() == got.size());
        for (std::size_t n = 0; n != wanted.size(); ++n)
            for (auto const& [key, value] : wanted[n].items()) CHECK(value == got[n].value(key, json()));
    };
    for (auto const& entry : std::filesystem::directory_iterator(*root)) {
        auto const name = entry.path().filename().string();
        if (!name.starts_with("outline.") && !name.starts_with("targets.")) continue;
        INFO(name);
        auto const row = json::parse(tables::read(entry.path()));
        auto const document = dockerfile::parse(row["dockerfile"].get<std::string>());
        auto const& expect = row["expect"];
        ++seen;
        if (expect.contains("targets")) {
            json got = json::array();
            for (auto const& t : dockerfile::targets_of(document))
                got.push_back(
                    {{"name", t.name}, {"base", t.base}, {"description", t.description}, {"default", t.is_default}, {"line", t.line}});
            agrees(expect["targets"], got);
            continue;
        }
        plan::choice how;
        if (row["target"].is_string()) how.target = row["target"];
        for (auto const& [key, value] : row["build_args"].items()) how.build_args[key] = value.get<std::string>();
        auto const o = dockerfile::outline_of(document, how);
        auto const& wanted = expect["outline"];
        if (wanted.contains("description")) CHECK(wanted["description"] == o.description);
        json args = json::array(), secrets = json::array(), ssh = json::array();
        for (auto const& a : o.arguments)
            args.push_back({{"name", a.name}, {"value", a.value}, {"description", a.description}, {"line", a.line}});
        for (auto const& c : o.secrets) secrets.push_back({{"name", c.name}, {"required", c.required}, {"line", c.line}});
        for (auto const& c : o.ssh) ssh.push_back({{"name", c.name}, {"required", c.required}, {"line", c.line}});
        if (wanted.contains("args")) agrees(wanted["args"], args);
        if (wanted.contains("secrets")) agrees(wanted["secrets"], secrets);
        if (wanted.contains("ssh")) agrees(wanted["ssh"], ssh);
    }
    CHECK(seen > 0);
}
