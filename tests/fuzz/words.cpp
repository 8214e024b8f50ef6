// SPDX-License-Identifier: BSL-1.0
// libFuzzer: any bytes as the text of one instruction, and as a word that is expanded. A word means the same with either escape character.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DCONSTAGE_HEADER_ONLY -Iinclude tests/fuzz/words.cpp -o fuzz -lfmt
//     ./fuzz -max_total_time=60 -max_len=1024
#include <constage/dockerfile/directive.hpp>
#include <constage/dockerfile/escape.hpp>
#include <constage/dockerfile/lint.hpp>
#include <constage/dockerfile/mounts.hpp>
#include <constage/dockerfile/text.hpp>
#include <constage/dockerfile/words.hpp>
#include <constage/failure.hpp>
#include <constage/plan/expand.hpp>
#include <constage/plan/ports.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

using namespace constage;

namespace {

/// What a call gives, or that it refuses: nothing else may happen.
template <class Call>
auto result_of(Call const& call) -> std::optional<decltype(call())> {
    try {
        return call();
    } catch (failure const&) { return std::nullopt; }
}

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
    // In a pattern the backslash is special itself (V008), whatever the escape character.
    bool const may_have_pattern = word.find("${") != word.npos && word.find('\\') != word.npos;
    if (!may_have_pattern && expanded(word, '`') != expanded(dockerfile::with_backslashes(word), '\\')) std::abort();
    if (auto const words = result_of([&] { return plan::expand_to_words(word, value_of); }))
        result_of([&] { return plan::parse_ports(*words).size(); });
    result_of([&] { return plan::expand_body(word, value_of).text; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    expand(std::string(text));
    auto const flags = dockerfile::split_flags(text);
    if (flags.rest.size() > text.size()) std::abort();
    for (char const escape : {'\\', '`'}) dockerfile::quoted_words(text, escape);
    result_of([&] { return dockerfile::json_words(text).has_value(); });
    result_of([&] { return dockerfile::heredoc_markers(text).size(); });
    result_of([&] { return dockerfile::csv_fields(text).size(); });
    result_of([&] { return dockerfile::read_mount(text, [](std::string const&) { return plan::reference{}; }).options.size(); });
    result_of([&] { return dockerfile::find_directive("syntax", text).has_value(); });
    result_of([&] { return dockerfile::parse_controls(text).error; });
    return 0;
}
