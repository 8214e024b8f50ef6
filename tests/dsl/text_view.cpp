// SPDX-License-Identifier: BSL-1.0
// detail/text_view.hpp and detail/fixed_string.hpp: what the checks of literals are made of.
#include <constage/dsl.hpp>

#include "check.hpp"

using namespace constage;
using detail::span;
using detail::span_without;
using detail::text_view;

namespace {

constexpr auto computed = lit<"ab" + fixed_string("/c")>;
constexpr auto with_zero = lit<"ab\0ab/">.view();
constexpr char no_end[] = {'a', 'b', '/'};

/// Text that exists only while it is looked at.
constexpr unsigned of_a_buffer(bool without) {
    char buffer[4]{};
    for (char& c : buffer) c = 'a';
    buffer[3] = '/';
    return without ? span_without({buffer, 4}, "/") : span({buffer, 4}, "ab");
}

}  // namespace

TEST_CASE("span: characters of a set") {
    CONSTAGE_CHECK(span("aab/", "ab") == 3);
    CONSTAGE_CHECK(span("aab", "ab") == 3);
    CONSTAGE_CHECK(span("/a", "ab") == 0);
    CONSTAGE_CHECK(span("", "ab") == 0);
    CONSTAGE_CHECK(span(text_view(), "ab") == 0);
    CONSTAGE_CHECK(span("aab", "") == 0);
    CONSTAGE_CHECK(span(text_view("aaaa").part(1, 3), "a") == 2);  // ends before the literal does
    CONSTAGE_CHECK(span(computed.view(), "abc") == 2);
    CONSTAGE_CHECK(span(with_zero, "ab") == 2);
    CONSTAGE_CHECK(span({no_end, 3}, "ab/") == 3);
    CONSTAGE_CHECK(of_a_buffer(false) == 3);
}

TEST_CASE("span_without: characters that are not in a set") {
    CONSTAGE_CHECK(span_without("aab/", "/:") == 3);
    CONSTAGE_CHECK(span_without("aab", "/") == 3);
    CONSTAGE_CHECK(span_without("/a", "/") == 0);
    CONSTAGE_CHECK(span_without("", "/") == 0);
    CONSTAGE_CHECK(span_without(text_view(), "/") == 0);
    CONSTAGE_CHECK(span_without("aab", "") == 3);
    CONSTAGE_CHECK(span_without(text_view("aa/a").part(0, 2), "/") == 2);
    CONSTAGE_CHECK(span_without(computed.view(), "/") == 2);
    CONSTAGE_CHECK(span_without(with_zero, "/") == 5);
    CONSTAGE_CHECK(span_without({no_end, 3}, ":") == 3);
    CONSTAGE_CHECK(of_a_buffer(true) == 3);
}

TEST_CASE("parts of text") {
    CONSTAGE_CHECK(text_view("abc").part(1) == "bc" && text_view("abc").part(1, 9) == "bc" && text_view("abc").part(9).empty());
    CONSTAGE_CHECK(text_view("abcabc").find('c') == 2 && text_view("abcabc").find('c', 3) == 5 &&
                   text_view("abc").find('x') == detail::npos);
    CONSTAGE_CHECK(text_view("abcabc").rfind('a') == 3 && text_view("").rfind('a') == detail::npos);
    CONSTAGE_CHECK(text_view("abc").starts_with("ab") && !text_view("ab").starts_with("abc"));
    CONSTAGE_CHECK(text_view("abc").ends_with("bc") && !text_view("bc").ends_with("abc"));
    CONSTAGE_CHECK(text_view("abc").contains("bc") && !text_view("abc").contains("ac") && !text_view("").contains("a"));
    CONSTAGE_CHECK(!text_view().given() && text_view("").given());
    CONSTAGE_CHECK(detail::number_of("0042") == 42 && detail::all_digits("042") && !detail::all_digits("") && !detail::all_digits("4x"));
    CONSTAGE_CHECK(detail::same_but_case("TcP", "tCp") && !detail::same_but_case("tcp", "tc"));
}

TEST_CASE("computed literals") {
    CONSTAGE_CHECK(computed.view() == "ab/c");
    CONSTAGE_CHECK((fixed_string("a") + "b" + fixed_string("c")).view() == "abc");
}
