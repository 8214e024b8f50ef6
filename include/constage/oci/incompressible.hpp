// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_INCOMPRESSIBLE_HPP_INCLUDED
#define CONSTAGE_OCI_INCOMPRESSIBLE_HPP_INCLUDED

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace constage::oci {

namespace incompressible_detail {

/// The chance that two bytes are equal is little more than 1/256. Looks at a few slices, at the first alone if that says enough: most of
/// what there is does compress, and shows it at once.
inline bool all_bytes_as_frequent(std::string_view part) {
    constexpr std::size_t slices = 4, slice_size = 512;
    std::array<std::uint32_t, 256> count{};
    for (std::size_t i = 0; i != slices; ++i) {
        for (auto const c : part.substr(part.size() / slices * i, slice_size)) ++count[static_cast<unsigned char>(c)];
        if (i != 0 && i != slices - 1) continue;
        std::uint64_t const seen = slice_size * (i + 1);
        std::uint64_t pairs = 0;
        for (auto const n : count) pairs += std::uint64_t{n} * n;
        // A standard deviation is 4 % for one slice and 1 % for four.
        if ((pairs - seen) * 256 * 100 > seen * seen * (i == 0 ? 120 : 105)) return false;
    }
    return true;
}

/// Do four bytes of the sample come again in it, more often than once in a hundred places? In noise they do not at all.
inline bool repeats_itself(std::string_view sample) {
    std::array<std::uint16_t, 2048> last{};  // by hash: where the four bytes stood last, or the beginning
    std::size_t found = 0;
    auto const four = [&](std::size_t at) {
        std::uint32_t bytes = 0;
        for (std::size_t i = 4; i-- != 0;) bytes = bytes << 8 | static_cast<unsigned char>(sample[at + i]);
        return bytes;
    };
    for (std::size_t at = 0; at + 4 <= sample.size(); ++at) {
        auto const bytes = four(at);
        auto& place = last[bytes * 2654435761u >> 21];
        found += four(place) == bytes ? 1 : 0;  // no branch: in noise it would be guessed wrongly every other time
        place = static_cast<std::uint16_t>(at);
    }
    return found > sample.size() / 100;
}

}  // namespace incompressible_detail

/// Is compressing this part of a block for nothing, as with archives, pictures and whatever is compressed already? Decides by samples: what
/// only repeats itself far away may be taken for incompressible.
inline bool is_incompressible(std::string_view part) {
    using namespace incompressible_detail;
    constexpr std::size_t sample_size = 2048;
    return part.size() >= 8 * sample_size && all_bytes_as_frequent(part) && !repeats_itself(part.substr(0, sample_size)) &&
           !repeats_itself(part.substr(part.size() / 2, sample_size));
}

}  // namespace constage::oci

#endif
