// SPDX-License-Identifier: BSL-1.0
// libFuzzer: any bytes as a Dockerfile. Besides not crashing, what was read must survive export, and import must write something.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DCONSTAGE_HEADER_ONLY -Iinclude tests/fuzz/dockerfile.cpp -o fuzz
//     ./fuzz -max_total_time=60 -max_len=4096 -dict=tests/fuzz/dockerfile.dict
#include <constage/dockerfile/ast.hpp>
#include <constage/dockerfile/import.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/dockerfile/read.hpp>
#include <constage/export/dockerfile.hpp>
#include <constage/failure.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace constage;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    if (dockerfile::ast_json("fuzz", text).empty()) std::abort();
    plan::plan read;
    try {
        auto const document = dockerfile::parse(text);
        read = dockerfile::read(document);
        if (dockerfile::to_cpp(document).empty()) std::abort();
    } catch (failure const&) { return 0; }
    std::string written;
    try {
        written = exporter::to_dockerfile(read);
    } catch (failure const&) { return 0; }
    if (dockerfile::read(written) != read) std::abort();
    return 0;
}
