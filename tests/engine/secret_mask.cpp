// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>
#include <constage/engine/secret_mask.hpp>

using constage::engine::secret_mask;

TEST_CASE("secrets are masked in whatever pieces they come", "[mask]") {
    std::string const text = "the token is hunter22, hunter2 and hunt; huhunter2!";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        secret_mask mask;
        mask.add("hunter2\n");
        std::string shown;
        for (std::size_t at = 0; at < text.size(); at += piece) shown += mask.pass(1, std::string_view(text).substr(at, piece));
        CHECK(shown + mask.rest(1) == "the token is ****2, **** and hunt; hu****!");
    }
}

TEST_CASE("every line of a secret counts, the longest match wins, short ones stay", "[mask]") {
    secret_mask mask;
    mask.add("-----BEGIN-----\r\nabcdefgh\n\nxyz\nend");
    mask.add("abcdefghijkl");
    CHECK(mask.pass(1, "abcdefghijkl abcdefgh abcdefgh- xyz end -----BEGIN-----.") == "**** **** ****- xyz end ****.");
    CHECK(mask.rest(1).empty());
}

TEST_CASE("what may begin a secret is held back, for each stream", "[mask]") {
    secret_mask mask;
    mask.add("secret");
    CHECK(mask.pass(1, "is it se") == "is it ");
    CHECK(mask.pass(2, "cret") == "cret");
    CHECK(mask.pass(1, "cret?") == "****?");
    CHECK(mask.pass(1, "or sec").size() == 3);
    CHECK(mask.rest(1) == "sec");
    CHECK(mask.rest(1).empty());
    CHECK(secret_mask().pass(1, "anything") == "anything");
}
