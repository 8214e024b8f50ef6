// SPDX-License-Identifier: BSL-1.0
// libFuzzer: any bytes as the JSON form of an instruction. What a JSON library reads as an array of strings is read as the same.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DCONSTAGE_HEADER_ONLY -Iinclude tests/fuzz/json.cpp -o fuzz
//     ./fuzz -max_total_time=60 -max_len=1024
#include <constage/dockerfile/words.hpp>
#include <constage/failure.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

using namespace constage;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    auto const wanted = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
    bool const is_array = wanted.is_array() && text.find('\0') == text.npos;  // the library takes NUL for the end
    bool const of_strings = is_array && std::all_of(wanted.begin(), wanted.end(), [](auto const& e) { return e.is_string(); });
    try {
        auto const words = dockerfile::json_words(text);
        if (of_strings && (!words || *words != wanted.get<std::vector<std::string>>())) std::abort();
        if (is_array && !of_strings) std::abort();
    } catch (failure const&) {
        // Around the array more kinds of blanks are allowed than JSON has.
        if (is_array ? of_strings : text.find('[') == text.npos) std::abort();
    }
    return 0;
}
