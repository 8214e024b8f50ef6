// SPDX-License-Identifier: BSL-1.0
// libFuzzer: any bytes as a Dockerfile, as far as lines, heredocs and words. Lines are in order and none is claimed twice; the text of an
// instruction comes from where its pieces say.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DCONSTAGE_HEADER_ONLY -Iinclude tests/fuzz/lines.cpp -o fuzz
//     ./fuzz -max_total_time=60 -max_len=4096 -dict=tests/fuzz/dockerfile.dict
#include <constage/dockerfile/parse.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "refused_or.hpp"

using namespace constage;

namespace {

void must(bool good) {
    if (!good) std::abort();
}

void look_at(dockerfile::document const& what) {
    int line = 0, stage = -1;
    for (auto const& i : what.instructions) {
        must(i.first_line > line && i.last_line >= i.first_line && i.last_line <= what.lines);
        for (auto const& c : i.comments) must(c.line > line && c.line <= i.last_line);
        for (auto const blank : i.blank_continuations) must(blank > i.first_line && blank <= i.last_line);
        must(!i.pieces.empty() && i.pieces.front().begin == 0 && i.pieces.front().line == i.first_line);
        for (std::size_t p = 1; p != i.pieces.size(); ++p)
            must(i.pieces[p].begin >= i.pieces[p - 1].begin && i.pieces[p].begin <= i.text.size() &&
                 i.pieces[p].line > i.pieces[p - 1].line);
        must(i.text.find('\n') == i.text.npos && i.text.find(i.name) != i.text.npos);
        for (auto const& d : i.heredocs) must(d.content.empty() || d.content.back() == '\n');
        must(i.stage == stage + (i.keyword == "FROM"));
        stage = i.stage;
        line = i.last_line;
    }
    for (auto const& c : what.last_comments) must(c.line > line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    refused_or([&] { look_at(dockerfile::parse(text)); });
    return 0;
}
