// SPDX-License-Identifier: BSL-1.0
// libFuzzer: any bytes as one instruction outside a file, as ONBUILD of a base image has them: from its text to its meaning.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DCONSTAGE_HEADER_ONLY -Iinclude tests/fuzz/trigger.cpp -o fuzz
//     ./fuzz -max_total_time=60 -max_len=1024 -dict=tests/fuzz/dockerfile.dict
#include <constage/dockerfile/read.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "refused_or.hpp"

using namespace constage;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    refused_or([&] {
        auto const meaning = dockerfile::read_trigger(text);
        if (auto const* c = std::get_if<plan::copy>(&meaning); c && c->sources.empty() && c->files.empty()) std::abort();
        // The same, with ONBUILD before it, is a trigger with this text.
        auto const first = text.find_first_not_of(" \t\v\f\r\n");
        if (first == text.npos || text[first] == '#' || text[0] == '\xef' || text.find('\n') != text.npos) return;
        // What continues the line ends with the file: the trigger is stored without it.
        if (text.substr(0, text.find_last_not_of(" \t\v\f\r") + 1).ends_with('\\')) return;
        auto const p = dockerfile::read("FROM scratch\nONBUILD " + std::string(text));
        if (!(dockerfile::read_trigger(std::get<plan::onbuild>(p.stages.at(0).steps.at(0).what).text) == meaning)) std::abort();
    });
    return 0;
}
