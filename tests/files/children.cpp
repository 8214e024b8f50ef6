// SPDX-License-Identifier: BSL-1.0
#include <constage/files/tree.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace constage;

namespace {

files::node_ptr some_node() { return std::make_shared<files::node>(); }

std::vector<std::pair<std::string, files::node_ptr>> all(files::children const& c) { return {c.begin(), c.end()}; }
std::vector<std::pair<std::string, files::node_ptr>> all(std::map<std::string, files::node_ptr> const& m) { return {m.begin(), m.end()}; }

}  // namespace

TEST_CASE("entries of a directory behave as a map by name", "[files][tree]") {
    std::mt19937 chance(1);
    for (int const names : {3, 70, 1000}) {
        files::children c;
        std::map<std::string, files::node_ptr> expected;
        for (int i = 0; i < 4000; ++i) {
            auto const name = std::to_string(chance() % static_cast<unsigned>(names));
            if (chance() % 3 == 0) {
                c.erase(name);
                expected.erase(name);
            } else {
                auto const n = some_node();
                c.put(name, n);
                expected[name] = n;
            }
            auto const* found = c.find(name);
            REQUIRE((found ? *found : nullptr) == (expected.contains(name) ? expected[name] : nullptr));
            if (i % 100 == 0) REQUIRE(all(c) == all(expected));
        }
        CHECK(all(c) == all(expected));
        CHECK(c.size() == expected.size());
        for (auto const& [name, n] : expected) c.erase(name);
        CHECK(c.empty());
        CHECK(c.begin() == c.end());
    }
}

TEST_CASE("a copy of a directory's entries keeps what it had, whatever happens to the other", "[files][tree]") {
    files::children first;
    for (int i = 0; i < 500; ++i) first.put(std::to_string(i), some_node());
    auto const before = all(first);
    auto second = first;
    for (int i = 0; i < 500; i += 2) second.erase(std::to_string(i));
    for (int i = 400; i < 900; ++i) second.put(std::to_string(i), some_node());
    CHECK(all(first) == before);
    auto const changed = all(second);
    first.put("000", some_node());
    first.clear();
    CHECK(first.empty());
    CHECK(all(second) == changed);
    CHECK(second.find("2") == nullptr);
    auto const three = std::find_if(before.begin(), before.end(), [](auto const& e) { return e.first == "3"; });
    CHECK(*second.find("3") == three->second);
}

TEST_CASE("names sort by bytes, with or without a common beginning", "[files][tree]") {
    files::children c;
    std::vector<std::string> const sorted = {
        "", "A", "a", "a b", "a-b", "a.b", "aa", "long name 1", "long name 10", "long name 2", "\xc3\xa4", "\xff"};
    for (auto i = sorted.size(); i-- != 0;) c.put(sorted[i], some_node());
    std::vector<std::string> found;
    for (auto const& [name, n] : c) found.push_back(name);
    CHECK(found == sorted);
}
