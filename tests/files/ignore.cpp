// SPDX-License-Identifier: BSL-1.0
#include <constage/failure.hpp>
#include <constage/files/ignore.hpp>

#include <catch2/catch.hpp>

using namespace constage;
using files::ignore_rules;

TEST_CASE("a pattern of one component, as Go matches", "[files][ignore][X003][C017]") {
    struct row {
        char const *pattern, *name;
        bool matches;
    };
    for (auto const& r : {row{"abc", "abc", true},
                          {"*", "abc", true},
                          {"*", "a/b", false},
                          {"*c", "abc", true},
                          {"a*", "ab/c", false},
                          {"a*/b", "abc/b", true},
                          {"a*/b", "a/c/b", false},
                          {"a*b*c*d*e*/f", "axbxcxdxe/f", true},
                          {"ab[c]", "abc", true},
                          {"ab[b-d]", "abc", true},
                          {"ab[^c]", "abc", false},
                          {"ab[^e-g]", "abc", true},
                          {"a\\*b", "a*b", true},
                          {"a\\*b", "ab", false},
                          {"a?b",
                           "a\xe2\x98\xba"
                           "b",
                           true},
                          {"a[^a]b",
                           "a\xe2\x98\xba"
                           "b",
                           true},
                          {"a???b",
                           "a\xe2\x98\xba"
                           "b",
                           false},
                          {"[a-\xce\xb6]*", "\xce\xb1", true},
                          {"a?b", "a/b", false},
                          {"a*b", "a/b", false},
                          {"[\\]a]", "]", true},
                          {"[x\\-]", "-", true},
                          {"[x\\-]", "z", false},
                          {"*x", "xxx", true},
                          {".*", ".env", true},
                          {"*", ".env", true},
                          {"", "", true},
                          {"", "a", false},
                          {"**", "a/b", false}}) {
        INFO(r.pattern << " " << r.name);
        CHECK(files::match(r.pattern, r.name) == r.matches);
    }
    for (auto const* bad : {"[]a]", "[-]", "[x-]", "[-x]", "[", "[^", "[^bc", "a[", "a\\", "[a-b-c]", "b["}) {
        INFO(bad);
        CHECK_THROWS_AS(files::match(bad, "a"), failure);
    }
}

TEST_CASE("last match wins, a parent covers its children", "[files][ignore][X003]") {
    struct row {
        std::vector<std::string> patterns;
        char const* path;
        bool ignored;
    };
    for (auto const& r : std::vector<row>{{{"a"}, "a/b/c", true},
                                          {{"a", "!a/b"}, "a/b/c", false},
                                          {{"a", "!a/b"}, "a/c", true},
                                          {{"!a/b", "a"}, "a/b", true},
                                          {{"*"}, "x/y", true},
                                          {{"*", "!src", "src/gen"}, "src/gen/x", true},
                                          {{"*.md", "!README*.md", "README-secret.md"}, "README-secret.md", true},
                                          {{"*.md", "!README*.md"}, "README.md", false},
                                          {{"*.md"}, "d/x.md", false},
                                          {{"**/*.md"}, "d/e/x.md", true},
                                          {{"**/*.md"}, "x.md", true},
                                          {{"**"}, "x/y", true},
                                          {{"**/foo"}, "foo", true},
                                          {{"**/foo"}, "a/foo/b", true},
                                          {{"**/foo"}, "afoo", false},
                                          {{"foo/**"}, "foo/x/y", true},
                                          {{"foo/**"}, "foo", false},
                                          {{"a/**/b"}, "a/b", true},
                                          {{"a/**/b"}, "a/x/y/b", true},
                                          {{"a/**/b"}, "a/xb", false},
                                          {{"/a/./b/../c/"}, "a/c", true},
                                          {{"../x"}, "x", false},
                                          {{"."}, "x", false},
                                          {{"! x"}, "x", false},
                                          {{"x", "! x"}, "x", false},
                                          {{"a.b"}, "axb", false},
                                          {{"**/a*c/**/[xy]?"}, "1/abc/2/3/y1", true}}) {
        INFO(r.patterns[0] << " " << r.path);
        auto const rules = ignore_rules::of(r.patterns);
        CHECK(rules.ignores(r.path) == r.ignored);
        ignore_rules::matches parent, own;
        bool ignored = false;
        std::string_view const path = r.path;
        for (std::size_t slash = 0; slash != path.npos;) {
            slash = path.find('/', slash + 1);
            ignored = rules.ignores(path.substr(0, slash), parent, own);
            parent = own;
        }
        CHECK(ignored == r.ignored);
    }
}

TEST_CASE("an ignore file", "[files][ignore][X003]") {
    auto const rules = ignore_rules::parse("\xef\xbb\xbf# comment\r\n\n  node_modules  \r\n #x\n!/keep/\n", ".dockerignore");
    REQUIRE(rules.rules().size() == 3);
    CHECK(rules.rules()[0].pattern == "node_modules");
    CHECK(rules.rules()[1].pattern == "#x");
    CHECK(rules.rules()[2].pattern == "keep");
    CHECK(rules.has_exceptions());
    CHECK_THROWS_AS(ignore_rules::parse("!", "f"), failure);
    CHECK_THROWS_AS(ignore_rules::of({"\\/"}), failure);  // cleaned, a lone escape
    try {
        ignore_rules::parse("a\n[x\n", ".dockerignore");
        FAIL();
    } catch (failure const& f) { CHECK(f.where == ".dockerignore:2"); }
}

TEST_CASE("a rule that could not change the verdict on a directory does not count below it", "[files][ignore]") {
    auto const rules = ignore_rules::of({"build", "!build/keep", "build/", "cache/**", "!cache/**/keep", "cache/?"});
    CHECK_FALSE(rules.ignores("build/keep"));
    CHECK(rules.ignores("build/other"));
    CHECK_FALSE(rules.ignores("cache/a/keep"));
    CHECK(rules.ignores("cache/a/other"));
}

TEST_CASE("hostile patterns take no longer than others", "[files][ignore]") {
    std::string pattern, path;
    for (int i = 0; i < 30; ++i) pattern += "**/*a/";
    for (int i = 0; i < 300; ++i) path += "a/";
    auto const rules = ignore_rules::of({pattern + "b"});
    CHECK_FALSE(rules.ignores(path + "c"));
    CHECK(rules.ignores(path + "b"));
    CHECK(ignore_rules::of({"*", "!a\\/b"}).may_take_back_below("a"));
}

TEST_CASE("a directory that nothing takes back from need not be walked", "[files][ignore]") {
    CHECK_FALSE(ignore_rules::of({"node_modules"}).may_take_back_below("node_modules"));
    CHECK(ignore_rules::of({"*", "!src/app"}).may_take_back_below("src"));
    CHECK_FALSE(ignore_rules::of({"*", "!src/app"}).may_take_back_below("doc"));
    CHECK(ignore_rules::of({"*", "!**/*.go"}).may_take_back_below("a/b"));
    CHECK_FALSE(ignore_rules::of({"*", "!*.go"}).may_take_back_below("a"));
    CHECK(ignore_rules::of({"*", "!*/x"}).may_take_back_below("a"));
}
