// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>
#include <constage/engine/key.hpp>
#include <constage/engine/mount.hpp>
#include <constage/failure.hpp>

using namespace constage::engine;

TEST_CASE("a key tells its fields apart") {
    CHECK(key_of({{"a", "bc"}}) == key_of({{"a", "bc"}}));
    CHECK(key_of({{"a", "bc"}}) != key_of({{"ab", "c"}}));
    CHECK(key_of({{"a", "b"}, {"c", ""}}) != key_of({{"a", "b"}}));
}

TEST_CASE("what changed is said by name") {
    CHECK(explain({{"command", "x"}, {"env A", "1"}}, {{"command", "x"}, {"env A", "2"}}) == "env A changed");
    CHECK(explain({{"command", "x"}}, {{"command", "x"}, {"env B", "2"}}) == "env B is new");
    CHECK(explain({{"command", "x"}, {"user", ""}}, {{"command", "y"}}) == "command changed, user is gone");
}

TEST_CASE("secrets and proxies are not in a key, environment and mounts are", "[A008][R019]") {
    task t;
    t.what = task::kind::run;
    t.run.argv = {"/bin/sh", "-c", "true"};
    auto const plain = key_of(words_of(t));
    t.run.proxies = {{"http_proxy", "http://x"}};
    CHECK(key_of(words_of(t)) == plain);
    t.run.env = {{"A", "1"}};
    CHECK(key_of(words_of(t)) != plain);
}

TEST_CASE("the digest of a change leaves out times and takes modes and names", "[C025]") {
    using namespace constage::files;
    auto n = std::make_shared<node>();
    n->content.text = "x";
    n->size = 1;
    auto const digest = [&] { return constage::engine::digest_of(diff{{"a", change::kind::put, n}}); };
    auto const before = digest();
    n->mtime_ns = 5;
    CHECK(digest() == before);
    n->mode = 0600;
    CHECK(digest() != before);
}

TEST_CASE("paths are joined as Go joins them", "[G008]") {
    CHECK(join_path("/a", "b/../c/") == "/a/c");
    CHECK(join_path("/a", "/x/./y") == "/x/y");
    CHECK(join_path("/", "../..") == "/");
}

TEST_CASE("durations", "[G012]") {
    CHECK(parse_duration("1m30s") == 90'000'000'000);
    CHECK(parse_duration("500ms") == 500'000'000);
    CHECK(parse_duration("1.5h") == 5'400'000'000'000);
    CHECK(parse_duration("0") == 0);
    for (auto const* bad : {"", "10", "s", "1x", "-1s", "1s2"}) CHECK_THROWS_AS(parse_duration(bad), constage::failure);
}
