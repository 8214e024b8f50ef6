// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_PATH_ORDER_HPP_INCLUDED
#define CONSTAGE_FILES_PATH_ORDER_HPP_INCLUDED

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace constage::files {

/// The order of a layer's paths: that of their components, so that a directory comes right before what is in it, and "a/b" before "a.b".
struct by_components {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const {
        auto const rank = [](char c) { return c == '/' ? 0u : static_cast<unsigned char>(c); };
        auto const shorter = std::min(a.size(), b.size());
        std::size_t same = 0;
        // Paths of one directory have a long beginning in common: eight bytes at a time.
        for (; same + 8 <= shorter; same += 8) {
            std::uint64_t x, y;
            std::memcpy(&x, a.data() + same, 8);
            std::memcpy(&y, b.data() + same, 8);
            if (x != y) break;
        }
        while (same != shorter && a[same] == b[same]) ++same;
        return same == shorter ? a.size() < b.size() : rank(a[same]) < rank(b[same]);
    }
};

}  // namespace constage::files

#endif
