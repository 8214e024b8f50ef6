// SPDX-License-Identifier: BSL-1.0
#include <constage/files/path_order.hpp>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using constage::files::by_components;

namespace {

/// By the letter: components one after the other, as unsigned bytes.
bool component_by_component(std::string const& a, std::string const& b) {
    auto const split = [](std::string const& path) {
        std::vector<std::vector<unsigned char>> parts(1);
        for (char const c : path) {
            if (c == '/')
                parts.emplace_back();
            else
                parts.back().push_back(static_cast<unsigned char>(c));
        }
        return parts;
    };
    return split(a) < split(b);
}

}  // namespace

TEST_CASE("paths are in the order of their components", "[files]") {
    std::vector<std::string> paths = {"", "a", "a/b", "a.b", "a\x01", "a\xff", "ab", "b"};
    // The same behind a beginning of every length around the eight bytes that are looked at at once.
    auto const ends = paths;
    for (std::size_t n = 1; n != 19; ++n)
        for (auto const& end : ends) {
            paths.push_back(std::string("folder/of-many/files").substr(0, n) + end);
            paths.push_back(std::string(n, 'x') + "/" + end);
        }
    by_components const less;
    for (auto const& a : paths)
        for (auto const& b : paths)
            if (less(a, b) != component_by_component(a, b)) FAIL(a << " and " << b);
    CHECK(less("a/b", "a.b"));
    CHECK_FALSE(less("a", "a"));
}
