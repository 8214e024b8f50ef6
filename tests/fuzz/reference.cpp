// SPDX-License-Identifier: BSL-1.0
// libFuzzer: any bytes as the name of an image, a platform, a git repository, a path: what was understood and is written out again means
// the same.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DCONSTAGE_HEADER_ONLY -Iinclude tests/fuzz/reference.cpp -o fuzz
//         -larchive -lcrypto
//     ./fuzz -max_total_time=60 -max_len=256
#include <constage/failure.hpp>
#include <constage/files/git.hpp>
#include <constage/files/sources.hpp>
#include <constage/oci/platform.hpp>
#include <constage/oci/reference.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "refused_or.hpp"

using namespace constage;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const text(reinterpret_cast<char const*>(data), size);
    refused_or([&] {
        auto const r = oci::parse_reference(text);
        if (oci::parse_reference(r.text()) != r || oci::parse_reference(r.familiar()) != r) std::abort();
    });
    refused_or([&] {
        auto const p = oci::parse_platform(text).text();
        if (oci::parse_platform(p).text() != p) std::abort();
    });
    refused_or([&] {
        // Words for the git program: none may be taken for an option.
        if (auto const g = files::parse_git(text))
            if (g->remote.empty() || g->remote.starts_with('-') || g->reference.starts_with('-')) std::abort();
    });
    auto const path = files::cleaned_path(text);
    if (files::cleaned_path(path) != path || path.starts_with('/') || path == ".." || path.starts_with("../")) std::abort();
    return 0;
}
