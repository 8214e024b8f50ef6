// SPDX-License-Identifier: BSL-1.0
// libFuzzer: any bytes as the text after a keyword: flags, words, heredoc markers, options of a mount, values of directives.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DCONSTAGE_HEADER_ONLY -Iinclude tests/fuzz/words.cpp -o fuzz -lfmt
//     ./fuzz -max_total_time=60 -max_len=1024
#include <constage/dockerfile/directive.hpp>
#include <constage/dockerfile/lint.hpp>
#include <constage/dockerfile/mounts.hpp>
#include <constage/dockerfile/text.hpp>
#include <constage/dockerfile/words.hpp>
#include <constage/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "refused_or.hpp"

using namespace constage;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    auto const flags = dockerfile::split_flags(text);
    if (flags.rest.size() > text.size()) std::abort();
    for (char const escape : {'\\', '`'})
        for (auto const& word : dockerfile::quoted_words(text, escape))
            if (dockerfile::quoted_words(word, escape).size() > 1) std::abort();
    result_of([&] { return dockerfile::heredoc_markers(text).size(); });
    result_of([&] { return dockerfile::csv_fields(text).size(); });
    result_of([&] { return dockerfile::read_mount(text, [](std::string const&) { return plan::reference{}; }).options.size(); });
    result_of([&] { return dockerfile::find_directive("syntax", text).has_value(); });
    result_of([&] { return dockerfile::parse_controls(text).error; });
    return 0;
}
