// SPDX-License-Identifier: BSL-1.0
#include <constage/report/text.hpp>

#include <catch2/catch.hpp>

#include <vector>

using namespace constage;

namespace {

/// The lines of a stream that comes in these pieces, the last one included.
std::vector<std::string> lines_of(std::vector<std::string> const& pieces) {
    std::vector<std::string> result;
    auto const take = [&](std::string_view line) { result.emplace_back(line); };
    report::line_splitter lines;
    for (auto const& p : pieces) lines.add(p, take);
    lines.end(take);
    return result;
}

using list = std::vector<std::string>;

}  // namespace

TEST_CASE("sizes and times for people") {
    CHECK(report::bytes_text(0) == "0 B");
    CHECK(report::bytes_text(999) == "999 B");
    CHECK(report::bytes_text(1000) == "1.0 kB");
    CHECK(report::bytes_text(999'949) == "999.9 kB");
    CHECK(report::bytes_text(999'950) == "1.0 MB");
    CHECK(report::bytes_text(34'500'000) == "34.5 MB");
    CHECK(report::bytes_text(~std::uint64_t(0)) == "18.4 EB");
    CHECK(report::seconds_text(0) == "0.0s");
    CHECK(report::seconds_text(75'040'000'000) == "75.0s");
}

TEST_CASE("lines are whole whatever the pieces") {
    CHECK(lines_of({}) == list{});
    CHECK(lines_of({"a\nb"}) == list{"a", "b"});
    CHECK(lines_of({"a", "b", "\n", "\n", "c\n"}) == list{"ab", "", "c"});
    CHECK(lines_of({"a\r\nb\r", "\n"}) == list{"a", "b"});
    CHECK(lines_of({" 10%\r 50%", "\r100%\n"}) == list{"100%"});
}

TEST_CASE("a line without end does not fill the memory") {
    auto const all = lines_of({std::string(100'000, 'x'), std::string(100'000, 'y'), "\nz"});
    REQUIRE(all.size() == 5);
    std::string joined;
    for (auto const& l : all) {
        CHECK(l.size() <= 65536);
        if (&l != &all.back()) joined += l;
    }
    CHECK(joined == std::string(100'000, 'x') + std::string(100'000, 'y'));
}

TEST_CASE("text is fitted to a terminal") {
    CHECK(report::fit("abc", 3) == "abc");
    CHECK(report::fit("abcd", 3) == "ab…");
    CHECK(report::fit("äöüß", 4) == "äöüß");
    CHECK(report::fit("äöüß!", 4) == "äöü…");
    CHECK(report::fit("abc", 1) == "…");
    CHECK(report::fit("abc", 0).empty());
    CHECK(report::fit("\x1b[31mred\x1b[0m \x1b]0;title\aa\x1b]8;;x\x1b\\b\tc\r\x7f\x01", 80) == "red ab    c");
    CHECK(report::fit("\x1b", 80).empty());
    CHECK(report::fit("\x1b[", 80).empty());
    CHECK(report::fit("a\x1b[31", 80) == "a");
}

TEST_CASE("titles say stage and number") {
    engine::task_info t;
    t.text = "RUN make";
    CHECK(report::title_of(t) == "RUN make");
    t.stage = "build";
    CHECK(report::title_of(t) == "[build] RUN make");
    t.number = 2;
    t.of = 4;
    CHECK(report::title_of(t) == "[build 2/4] RUN make");
}
