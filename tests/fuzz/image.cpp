// SPDX-License-Identifier: BSL-1.0
// libFuzzer: any bytes as the JSON of an image: index, manifest and config, each in turn, and as an index that leads to itself. A config
// that was read must be written and read as the same.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DCONSTAGE_HEADER_ONLY -Iinclude tests/fuzz/image.cpp -o fuzz
//         -larchive -lcrypto
//     ./fuzz -max_total_time=60 -max_len=8192 -dict=tests/fuzz/image.dict
#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/config.hpp>
#include <constage/oci/manifest.hpp>
#include <constage/oci/platform.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "refused_or.hpp"

using namespace constage;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    refused_or([&] {
        auto const written = oci::to_json(oci::parse_config(text));
        if (oci::to_json(oci::parse_config(written)) != written) std::abort();
    });
    refused_or([&] { oci::parse_manifest(text); });
    refused_or([&] { oci::parse_index(text); });
    refused_or([&] {
        oci::index_entry root;
        root.what = {"", files::digest_of(text), text.size(), {}};
        int reads = 0;
        oci::find_image({root}, oci::parse_platform("linux/arm/v7"), [&](oci::descriptor const&) {
            if (++reads > 10'000) std::abort();
            return std::string(text);
        });
    });
    return 0;
}
