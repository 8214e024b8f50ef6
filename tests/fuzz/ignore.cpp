// SPDX-License-Identifier: BSL-1.0
// libFuzzer: an ignore file, a NUL, and paths, one a line. A walk that skips what `may_take_back_below` allows to skip must see what
// asking for every single path sees.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DCONSTAGE_HEADER_ONLY -Iinclude tests/fuzz/ignore.cpp -o fuzz
//     ./fuzz -max_total_time=60 -max_len=1024 -timeout=5
#include <constage/failure.hpp>
#include <constage/files/ignore.hpp>
#include <constage/files/sources.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace constage;

namespace {

/// Down the path as a walk goes; false if it would not get there.
bool reaches(files::ignore_rules const& rules, std::string_view path, bool& ignored) {
    files::ignore_rules::matches above, own;
    for (auto slash = path.find('/');; slash = path.find('/', slash + 1)) {
        auto const here = path.substr(0, slash);
        ignored = rules.ignores(here, above, own);
        if (slash == path.npos) return true;
        if (ignored && !rules.may_take_back_below(here)) return false;
        above = own;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const input(reinterpret_cast<char const*>(data), size);
    auto const end = std::min(input.find('\0'), size);
    auto rest = input.substr(std::min(end + 1, size));
    files::ignore_rules rules;
    try {
        rules = files::ignore_rules::parse(input.substr(0, end), "fuzz");
    } catch (failure const&) { return 0; }
    for (int count = 0; !rest.empty() && count < 50; ++count) {
        auto const line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        auto const path = files::cleaned_path(line);
        if (path.empty()) continue;
        bool ignored = false;
        bool const reached = reaches(rules, path, ignored);
        if ((reached ? ignored : true) != rules.ignores(path)) std::abort();
        for (auto const& r : rules.rules()) files::match(r.pattern, path);
    }
    return 0;
}
