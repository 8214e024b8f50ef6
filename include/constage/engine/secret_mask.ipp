// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_SECRET_MASK_IPP_INCLUDED
#define CONSTAGE_ENGINE_SECRET_MASK_IPP_INCLUDED

#include <constage/engine/secret_mask.hpp>

#include <algorithm>
#include <utility>

namespace constage::engine {

CONSTAGE_INLINE void secret_mask::add(std::string_view value) {
    while (!value.empty()) {
        auto const end = std::min(value.find('\n'), value.size());
        auto line = value.substr(0, end);
        value.remove_prefix(std::min(end + 1, value.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.size() >= 4) secrets_.emplace_back(line);
    }
    std::sort(secrets_.begin(), secrets_.end(), [](auto const& a, auto const& b) { return a.size() > b.size(); });
}

CONSTAGE_INLINE std::string secret_mask::pass(int fd, std::string_view bytes) {
    if (secrets_.empty()) return std::string(bytes);
    auto& held = held_[fd];
    auto const text = std::exchange(held, {}).append(bytes);
    std::string shown;
    for (std::size_t at = 0; at != text.size();) {
        auto const rest = std::string_view(text).substr(at);
        auto const secret = std::find_if(secrets_.begin(), secrets_.end(), [&](std::string_view s) {
            return rest.starts_with(s) || s.starts_with(rest);  // whole, or as much of it as has come
        });
        if (secret == secrets_.end())
            shown += text[at++];
        else if (rest.size() < secret->size()) {
            held = rest;
            break;
        } else {
            shown += "****";
            at += secret->size();
        }
    }
    return shown;
}

CONSTAGE_INLINE std::string secret_mask::rest(int fd) { return std::exchange(held_[fd], {}); }

}  // namespace constage::engine

#endif
