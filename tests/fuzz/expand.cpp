// SPDX-License-Identifier: BSL-1.0
// libFuzzer: any bytes as a word, a list of ports and the body of a heredoc that are expanded. A word means the same with either escape
// character.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DCONSTAGE_HEADER_ONLY -Iinclude tests/fuzz/expand.cpp -o fuzz
//     ./fuzz -max_total_time=60 -max_len=1024
#include <constage/dockerfile/escape.hpp>
#include <constage/failure.hpp>
#include <constage/plan/expand.hpp>
#include <constage/plan/ports.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "refused_or.hpp"

using namespace constage;

namespace {

std::optional<std::string> value_of(std::string_view name) {
    if (name == "empty") return "";
    if (name == "list") return "a b  c";
    if (name == "path") return "/usr/*/b\\x\"'$y";
    return std::nullopt;
}

void expand(std::string const& word) {
    auto const expanded = [&](std::string const& text, char escape) {
        return result_of([&] { return plan::expand(text, value_of, escape).text; });
    };
    // In a pattern the backslash is special itself (V008), whatever the escape character; the backtick never is. And what follows "${" may
    // be no name, or nothing that ends: then the two readings may refuse at different places.
    bool const in_braces = word.find("${") != word.npos && word.find_first_of("\\`") != word.npos;
    if (!in_braces && expanded(word, '`') != expanded(dockerfile::with_backslashes(word), '\\')) std::abort();
    if (auto const words = result_of([&] { return plan::expand_to_words(word, value_of); }))
        result_of([&] { return plan::parse_ports(*words).size(); });
    result_of([&] { return plan::expand_body(word, value_of).text; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    expand({reinterpret_cast<char const*>(data), size});
    return 0;
}
