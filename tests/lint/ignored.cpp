// SPDX-License-Identifier: BSL-1.0
// lint/ignored.hpp.
#include <constage/dsl.hpp>

#include "../dsl/check.hpp"

using namespace constage;
using lint::covers;

namespace {

template <class... B>
constexpr auto with(B const&... b) {
    return graph(stage<"other">(from(scratch)), stage<"s">(from(scratch), b...));
}
constexpr auto other = stage<"other">(from(scratch));

}  // namespace

TEST_CASE("patterns of .dockerignore") {
    CONSTAGE_CHECK(covers("a", "a") && !covers("a", "b") && !covers("a", "ab") && !covers("ab", "a"));
    CONSTAGE_CHECK(covers("a", "./a/") && covers("/a/", "/a") && covers("a", "a/b/c") && !covers("a", "b/a"));
    CONSTAGE_CHECK(covers("*.md", "x.md") && !covers("*.md", "d/x.md") && covers("*/*.md", "d/x.md"));
    CONSTAGE_CHECK(covers("**/*.md", "x.md") && covers("**/*.md", "a/b/x.md") && !covers("**/*.md", "a/b/x.mdx"));
    CONSTAGE_CHECK(covers("a/**", "a/b/c") && covers("**/c", "a/b/c") && covers("a/**/c", "a/b/b/c") && !covers("**/c", "a/bc"));
    CONSTAGE_CHECK(covers("?b", "ab") && !covers("?", "/") && !covers("a?b", "a/b"));
    CONSTAGE_CHECK(covers("[a-c]x", "bx") && !covers("[a-c]x", "dx") && covers("[^a-c]x", "dx") && covers("[ab]", "b"));
    CONSTAGE_CHECK(covers("\\*", "*") && !covers("\\*", "a") && covers("[\\]]", "]"));
    CONSTAGE_CHECK(covers("*", ".") && covers("**", "/") && covers("**/*", ".") && !covers("?*", ".") && !covers("a", "."));
}

TEST_CASE("copy_ignored_file") {
    CONSTAGE_CHECK(!lint::copy_ignored_file<"*.md">(with(copy("a", "README.md", "/d/"))));
    CONSTAGE_CHECK(lint::copy_ignored_file<"*.md">.why(with(copy("a", "README.md", "/d/"))).text == "README.md");
    CONSTAGE_CHECK(!lint::copy_ignored_file<"x", "src">(with(add("src/a.c", "/d"))));
    CONSTAGE_CHECK(!lint::copy_ignored_file<"**">(with(copy(".", "/d"))));
    CONSTAGE_CHECK(lint::copy_ignored_file<"*.md">(with(copy("a", "/README.md"))));          // the destination
    CONSTAGE_CHECK(lint::copy_ignored_file<"a">(with(copy(from(other), "/a", "/d"))));       // not the context's
    CONSTAGE_CHECK(lint::copy_ignored_file<"a">(with(copy(file("a", "x"), "/d"))));          // the program's
    CONSTAGE_CHECK(lint::copy_ignored_file<"*">(with(add("https://example.org/a", "/d"))));  // a URL
    CONSTAGE_CHECK(lint::copy_ignored_file<"*.md", "!README.md">(with(copy("README.md", "/d"))));
    CONSTAGE_CHECK(lint::copy_ignored_file<>(with(copy("a", "/d"))));
}
