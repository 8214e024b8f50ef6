// SPDX-License-Identifier: BSL-1.0
#include <constage/engine/masker.hpp>

#include <catch2/catch.hpp>

using constage::engine::masker;

namespace {

/// What is shown of a text that comes in pieces of that size.
std::string shown(std::vector<std::string> const& secrets, std::string const& text, std::size_t piece) {
    masker m;
    for (auto const& s : secrets) m.add(s);
    std::string result;
    for (std::size_t at = 0; at < text.size(); at += piece) result += m.pass(text.substr(at, piece));
    return result + m.rest();
}

}  // namespace

TEST_CASE("secrets are masked, whatever the pieces", "[R012]") {
    for (std::size_t piece = 1; piece != 40; ++piece) {
        INFO(piece);
        CHECK(shown({"hidden\n"}, "a hidden b hiddenhidden hid", piece) == "a *** b ****** hid");
        CHECK(shown({"aaaa"}, "aaaaaab", piece) == "***aab");
        CHECK(shown({"-----BEGIN\nabcdef\n-----END\n"}, "x -----BEGIN\nabcdef\n-----END y abcdef z", piece) == "x *** y *** z");
        CHECK(shown({"pass", "password"}, "password pass passw", piece) == "*** *** ***w");
        CHECK(shown({"abc", ""}, "abc is too short", piece) == "abc is too short");
        CHECK(shown({}, "nothing to hide", piece) == "nothing to hide");
    }
}

TEST_CASE("nothing is kept back that cannot become a secret", "[R012]") {
    masker m;
    m.add("secret");
    CHECK(m.pass("line\n") == "line\n");
    CHECK(m.pass("a sec") == "a ");
    CHECK(m.pass("ond\n") == "second\n");
    CHECK(m.pass("sec") == "");
    CHECK(m.rest() == "sec");
}
