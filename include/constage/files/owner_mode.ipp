// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_OWNER_MODE_IPP_INCLUDED
#define CONSTAGE_FILES_OWNER_MODE_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/owner.hpp>

#include <algorithm>

namespace constage::files {

namespace owner_mode_detail {

[[noreturn]] CONSTAGE_INLINE void invalid(std::string_view text) {
    throw failure("invalid chmod parameter: '" + std::string(text) + "'. it should be octal string and between 0 and 07777")
        .with_hint("or symbolic, as in u=rwX,go=rX");
}

/// 0700 for u, 0070 for g, 0007 for o; with none of them all three.
CONSTAGE_INLINE std::uint32_t take_who(std::string_view& text) {
    std::uint32_t who = 0;
    for (; !text.empty(); text.remove_prefix(1)) {
        char const c = text[0];
        if (c == 'u')
            who |= 0700;
        else if (c == 'g')
            who |= 0070;
        else if (c == 'o')
            who |= 0007;
        else if (c == 'a')
            who |= 0777;
        else
            break;
    }
    return who == 0 ? 0777u : who;
}

/// The bits that the letters after an operator name, for everyone (0777 wide) and the special bits.
CONSTAGE_INLINE std::uint32_t take_bits(std::string_view& text, std::uint32_t who, std::uint32_t mode, bool directory) {
    std::uint32_t bits = 0;
    for (; !text.empty(); text.remove_prefix(1)) {
        switch (text[0]) {
            case 'r':
                bits |= 0444;
                break;
            case 'w':
                bits |= 0222;
                break;
            case 'x':
                bits |= 0111;
                break;
            case 'X':
                bits |= directory || (mode & 0111) != 0 ? 0111u : 0u;
                break;
            case 's':
                bits |= ((who & 0700) != 0 ? 04000u : 0u) | ((who & 0070) != 0 ? 02000u : 0u);
                break;
            case 't':
                bits |= 01000;
                break;
            case 'u':
                bits |= ((mode >> 6) & 7) * 0111;
                break;
            case 'g':
                bits |= ((mode >> 3) & 7) * 0111;
                break;
            case 'o':
                bits |= (mode & 7) * 0111;
                break;
            default:
                return bits;
        }
    }
    return bits;
}

}  // namespace owner_mode_detail

CONSTAGE_INLINE std::uint32_t change_mode(std::string_view chmod, std::uint32_t mode, bool directory) {
    using namespace owner_mode_detail;
    if (is_octal_mode(chmod)) {
        std::uint32_t value = 0;
        for (char const c : chmod) {
            value = value * 8 + static_cast<std::uint32_t>(c - '0');
            if (value > 07777) invalid(chmod);
        }
        return value;
    }
    for (auto rest = chmod;;) {
        auto const who = take_who(rest);
        if (rest.empty()) invalid(chmod);
        while (!rest.empty() && rest[0] != ',') {
            char const op = rest[0];
            if (op != '+' && op != '-' && op != '=') invalid(chmod);
            rest.remove_prefix(1);
            // Copying another class's bits (g=u) leaves the special bits alone, as recorded.
            bool const copies = !rest.empty() && (rest[0] == 'u' || rest[0] == 'g' || rest[0] == 'o');
            auto const bits = take_bits(rest, who, mode, directory);
            auto const changed = (bits & who) | (bits & 07000);
            auto const special = ((who & 0700) != 0 ? 04000u : 0u) | ((who & 0070) != 0 ? 02000u : 0u) | (who == 0777 ? 01000u : 0u);
            if (op == '=') mode = (mode & ~(who | (copies ? 0u : special))) | changed;
            if (op == '+') mode |= changed;
            if (op == '-') mode &= ~changed;
        }
        if (rest.empty()) return mode;
        rest.remove_prefix(1);
    }
}

CONSTAGE_INLINE bool is_octal_mode(std::string_view chmod) {
    return !chmod.empty() && std::all_of(chmod.begin(), chmod.end(), [](char c) { return c >= '0' && c <= '7'; });
}

}  // namespace constage::files

#endif
