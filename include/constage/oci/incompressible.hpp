// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_INCOMPRESSIBLE_HPP_INCLUDED
#define CONSTAGE_OCI_INCOMPRESSIBLE_HPP_INCLUDED

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace constage::oci {

namespace incompressible_detail {

inline constexpr std::size_t slice_size = 512;

/// How often the bytes of some slices are equal to one another.
class equal_pairs {
public:
    void add(std::string_view slice) {
        for (auto const c : slice) ++count_[static_cast<unsigned char>(c)];
        seen_ += slice.size();
    }
    /// In noise two bytes are equal with a chance of little more than 1/256. A standard deviation is 4 % for 512 bytes, 1 % for 2048.
    bool are_as_in_noise(unsigned most_percent) const {
        std::uint64_t pairs = 0;
        for (auto const n : count_) pairs += std::uint64_t{n} * n;
        return (pairs - seen_) * 256 * 100 <= seen_ * seen_ * most_percent;
    }

private:
    std::array<std::uint32_t, 256> count_{};
    std::uint64_t seen_ = 0;
};

inline bool slice_is_noise(std::string_view slice) {
    equal_pairs all;
    all.add(slice);
    return all.are_as_in_noise(120);
}

/// Looks at a few slices, at the first alone if that says enough: most of what there is does compress, and shows it at once.
inline bool all_bytes_as_frequent(std::string_view part) {
    constexpr std::size_t slices = 4;
    equal_pairs all;
    for (std::size_t i = 0; i != slices; ++i) {
        all.add(part.substr(part.size() / slices * i, slice_size));
        if (i == 0 && !all.are_as_in_noise(120)) return false;
    }
    return all.are_as_in_noise(105);
}

/// Do four bytes of the sample come again in it, more often than once in a hundred places? In noise they do not at all. `sample` has four
/// bytes at least.
inline bool repeats_itself(std::string_view sample) {
    auto const four = [&](std::size_t at) {
        auto const byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(sample[at + i])}; };
        return byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
    };
    std::array<std::uint32_t, 2048> last{};  // by hash: what stood there last; not where, for looking that up takes twice as long
    last.fill(four(0));
    std::size_t found = 0;
    for (std::size_t at = 0; at + 4 <= sample.size(); ++at) {
        auto const bytes = four(at);
        auto& place = last[bytes * 2654435761u >> 21];
        found += place == bytes ? 1 : 0;  // no branch: in noise it would be guessed wrongly every other time
        place = bytes;
    }
    return found > sample.size() / 100;
}

}  // namespace incompressible_detail

/// Is compressing this part of a block for nothing, as with archives, pictures and whatever is compressed already? Decides by samples: what
/// only repeats itself far away may be taken for incompressible.
inline bool is_incompressible(std::string_view part) {
    using namespace incompressible_detail;
    constexpr std::size_t sample_size = 2048;
    return part.size() >= 8 * sample_size && all_bytes_as_frequent(part) && !repeats_itself(part.substr(part.size() / 2, sample_size));
}

/// Hands the parts of a block over in turn: `noise`, up to 65,535 bytes of it at a time, and `text`, which is whatever else there is. Noise
/// begins and ends at steps of 4 KiB: a table of codes that also had to serve noise would serve text badly.
template <class Text, class Noise>
void split_at_noise(std::string_view block, Text const& text, Noise const& noise) {
    using namespace incompressible_detail;
    constexpr std::size_t part_size = 65535, step = 4096;
    std::size_t begin = 0;  // what is before it was handed over; what is behind it, up to `at`, is text
    auto const until = [&](std::size_t end, auto const& take) {
        if (end != begin) take(block.substr(begin, end - begin));
        begin = end;
    };
    for (std::size_t at = 0; at < block.size(); at += part_size) {
        auto const part = block.substr(at, part_size);
        auto const end = at + part.size();
        if (is_incompressible(part)) {
            // Perhaps it begins in the part before.
            auto from = at;
            while (from >= begin + step && at - from + step <= part_size && slice_is_noise(block.substr(from - step, slice_size)))
                from -= step;
            until(from, text);
            until(at, noise);
            until(end, noise);
        } else if (begin == at && at != 0) {
            // Perhaps that of the part before ends in this one.
            auto to = at;
            while (to + step <= end && slice_is_noise(block.substr(to + step - slice_size, slice_size))) to += step;
            until(to, noise);
        }
    }
    until(block.size(), text);
}

}  // namespace constage::oci

#endif
