// SPDX-License-Identifier: BSL-1.0
#include <constage/failure.hpp>
#include <constage/plan/expand.hpp>
#include <constage/plan/pattern.hpp>

#include <map>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "../tables.hpp"

using namespace constage;
using json = nlohmann::json;

namespace {

using values = std::map<std::string, std::string, std::less<>>;

plan::lookup in(values const& v) {
    return [&v](std::string_view name) -> std::optional<std::string> {
        auto const at = v.find(name);
        return at == v.end() ? std::nullopt : std::optional(at->second);
    };
}

std::string expand(std::string_view word, values const& v = {}, char escape = '\\') { return plan::expand(word, in(v), escape).text; }

std::string error_of(std::string_view word, values const& v = {}) {
    try {
        return "no error: " + expand(word, v);
    } catch (failure const& f) { return f.what(); }
}

/// An environment as an object or as a list of "k=v" where the first of a name counts.
values environment(json const& from) {
    values v;
    if (from.is_object())
        for (auto const& [key, value] : from.items()) v[key] = value.get<std::string>();
    else
        for (auto const& entry : from) {
            auto const text = entry.get<std::string>();
            auto const equals = text.find('=');
            v[text.substr(0, equals)] = equals == text.npos ? "" : text.substr(equals + 1);
        }
    return v;
}

json table(std::string const& name) {
    auto const path = tables::find("conformance/parser/shell/" + name);
    if (!path) {
        WARN("skipped: " << name << " is not there");
        return json::array();
    }
    return json::parse(tables::read(*path));
}

}  // namespace

TEST_CASE("variables: names, unset, dollars that name nothing", "[V001][V009]") {
    values const v{{"x", "1"}, {"long_name2", "2"}, {"empty", ""}};
    CHECK(expand("$x-${x}-$long_name2.", v) == "1-1-2.");
    CHECK(expand("[$unset][${unset}][$empty]", v).size() == 6);
    CHECK(expand("a$", v) == "a$");
    CHECK(expand("a$.b", v) == "a$.b");
    CHECK(expand("$@$1$$x", v) == "x");
    CHECK(expand("$12x", v) == "x");
    CHECK(error_of("${}").find("bad substitution") != std::string::npos);
    CHECK(error_of("${x").find("missing '}'") != std::string::npos);
}

TEST_CASE("variables: modifiers", "[V002][V003][V004][V005][V006][V007][V009]") {
    values const v{{"x", "1"}, {"empty", ""}, {"path", "/a/b/c.tar.gz"}, {"s", "aXbXc"}};
    CHECK(expand("${x:-w}${empty:-w}${empty-w}${no-w}", v) == "1ww");
    CHECK(expand("${x:+w}[${empty:+w}]${empty+w}[${no+w}]", v) == "w[]w[]");
    CHECK(expand("${no:-${x}${no:-'q q'}}", v) == "1q q");
    CHECK(error_of("${no:?give $x}", v).find("no: give 1") != std::string::npos);
    CHECK(error_of("${empty:?}", v).find("not allowed to be empty") != std::string::npos);
    CHECK(expand("${empty?no}", v).empty());
    CHECK(error_of("${x:-${no:?eager}}", v).find("eager") != std::string::npos);
    CHECK(expand("${path##*/} ${path#*/} ${path%.*} ${path%%.*}", v) == "c.tar.gz a/b/c.tar.gz /a/b/c.tar /a/b/c");
    CHECK(expand("${s/X/-} ${s//X/-} ${s//X/}", v) == "a-bXc a-b-c abc");
    CHECK(error_of("${s//X}", v).find("missing '/'") != std::string::npos);
    CHECK(expand("${path/\\/a/z}", v) == "z/b/c.tar.gz");
    for (auto const* bad : {"${x=1}", "${x:=1}", "${x^}", "${x:1:2}", "${x:#a}", "${x:%a}"})
        CHECK(error_of(bad, v).find("unsupported modifier") != std::string::npos);
}

TEST_CASE("variables: which were used and which were not set") {
    values const v{{"a", "1"}, {"b", "2"}};
    auto const e = plan::expand("$a ${c:-$b} $d '$e'", in(v));
    CHECK(e.text == "1 2  $e");
    CHECK(e.used == std::set<std::string, std::less<>>{"a", "b"});
    CHECK(e.unset == std::set<std::string, std::less<>>{"c", "d"});
}

TEST_CASE("quotes and escapes", "[V010][V011]") {
    values const v{{"x", "1"}};
    CHECK(expand(R"('$x'"$x"\$x)", v) == "$x1$x");
    CHECK(expand(R"("\"\\\n\$x")", v) == R"("\\n$x)");
    CHECK(expand(R"(a\b\\)", v) == R"(ab\)");
    CHECK(expand("`$x\\n", v, '`') == "$x\\n");
    CHECK(error_of("it's").find("single-quote") != std::string::npos);
    CHECK(error_of("\"a").find("double-quote") != std::string::npos);
}

TEST_CASE("patterns", "[V005][V006][V007][V008]") {
    CHECK(plan::without_prefix("aaab", "*a", false) == "aab");
    CHECK(plan::without_prefix("aaab", "*a", true) == "b");
    CHECK(plan::without_suffix("caaa", "a*", false) == "caa");
    CHECK(plan::without_suffix("äöü", "?", false) == "äö");
    CHECK(plan::without_prefix("[a]b", "[a]", false) == "b");
    CHECK(plan::without_prefix("a\nb", "*b", true) == "a\nb");
    CHECK(plan::replace_pattern("abc", "", "-", true) == "-a-b-c-");
    CHECK(plan::replace_pattern("aab", "a*", "-", false) == "-");
    CHECK(plan::replace_pattern("x.y.z", ".", "$$1", true) == "x$1y$1z");
    CHECK(plan::replace_pattern("x.y.z", ".", "$1", true) == "xyz");
    CHECK(plan::replace_pattern("x.y.z", ".", "$1", false) == "x$1y.z");
    CHECK_THROWS_AS(plan::without_prefix("a", "\\x", false), failure);
    CHECK_THROWS_AS(plan::without_prefix("a", "\\", false), failure);
}

TEST_CASE("words split on blanks that were not quoted", "[V017]") {
    values const v{{"ports", "80  443"}};
    CHECK(plan::expand_to_words("$ports", in(v)) == std::vector<std::string>{"80", "443"});
    CHECK(plan::expand_to_words("\"$ports\"", in(v)) == std::vector<std::string>{"80  443"});
}

TEST_CASE("bodies of heredocs keep their quotes", "[H004]") {
    values const v{{"x", "1"}};
    CHECK(plan::expand_body("'$x' \"$x\" \\$x it's\n", in(v)).text == "'1' \"1\" $x it's\n");
}

TEST_CASE("hostile words end soon, with a failure or a result") {
    std::string deep;
    for (int i = 0; i != 30000; ++i) deep += "${a:-";
    CHECK_THROWS_AS(expand(deep), failure);
    CHECK_THROWS_AS(expand("${a" + std::string(60000, '/')), failure);
    values v{{"a", std::string(60000, 'a')}};
    std::string stars;
    for (int i = 0; i != 20000; ++i) stars += "*a";
    CHECK_THROWS_AS(expand("${a##" + stars + "b}", v), failure);
    v["a"] = std::string(1 << 20, 'x');
    std::string many;
    for (int i = 0; i != 40; ++i) many += "$a";
    CHECK_THROWS_AS(expand(many, v), failure);
    CHECK(expand(std::string("a\0b", 3)) == std::string("a\0b", 3));
}

TEST_CASE("table: words") {
    for (auto const* name : {"process_word.json", "process_word_matches.json", "mandatory_and_platform.json"})
        for (auto const& row : table(name)) {
            if (row.value("platform", "all") == "windows") continue;
            auto const v = environment(row["env"]);
            auto const input = row["input"].get<std::string>();
            INFO(name << ": " << input);
            if (row["error"].get<bool>()) {
                auto const error = error_of(input, v);
                CHECK(error.rfind("no error", 0) != 0);
                if (row.contains("error_contains") && row["error_contains"].is_string())
                    CHECK(error.find(row["error_contains"].get<std::string>()) != std::string::npos);
                continue;
            }
            auto const e = plan::expand(input, in(v));
            CHECK(e.text == row["expect"].get<std::string>());
            if (!row.contains("matched")) continue;
            CHECK(json(e.used) == row["matched"]);
            CHECK(json(e.unset) == row["unmatched"]);
        }
}

TEST_CASE("table: lists of words") {
    for (auto const& row : table("process_words.json")) {
        auto const v = environment(row["env"]);
        auto const input = row["input"].get<std::string>();
        INFO(input);
        if (row["error"].get<bool>())
            CHECK_THROWS_AS(plan::expand_to_words(input, in(v)), failure);
        else
            CHECK(plan::expand_to_words(input, in(v)) == row["expect"].get<std::vector<std::string>>());
    }
}
