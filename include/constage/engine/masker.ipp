// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_MASKER_IPP_INCLUDED
#define CONSTAGE_ENGINE_MASKER_IPP_INCLUDED

#include <constage/engine/masker.hpp>

#include <algorithm>

namespace constage::engine {

namespace masker_detail {

inline constexpr std::size_t shortest = 4, most_lines = 100;

CONSTAGE_INLINE std::string_view without_newline(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

}  // namespace masker_detail

CONSTAGE_INLINE void masker::add(std::string_view secret) {
    using namespace masker_detail;
    auto const whole = without_newline(secret);
    std::vector<std::string_view> parts{whole};
    if (static_cast<std::size_t>(std::count(whole.begin(), whole.end(), '\n')) < most_lines)
        for (auto rest = whole; !rest.empty();) {
            auto const line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
            parts.push_back(without_newline(line));
        }
    for (auto const& p : parts)
        if (p.size() >= shortest && std::find(words_.begin(), words_.end(), p) == words_.end()) {
            words_.emplace_back(p);
            first_bytes_ += p.front();
        }
    std::stable_sort(words_.begin(), words_.end(), [](auto const& a, auto const& b) { return a.size() > b.size(); });
}

CONSTAGE_INLINE std::string masker::show(bool all) {
    std::string result;
    std::string_view left = kept_;
    while (!left.empty()) {
        auto const plain = std::min(left.find_first_of(first_bytes_), left.size());
        result += left.substr(0, plain);
        left.remove_prefix(plain);
        auto const may_become = [&](auto const& word) { return word.size() > left.size() && word.starts_with(left); };
        if (left.empty() || (!all && std::any_of(words_.begin(), words_.end(), may_become))) break;
        auto const found = std::find_if(words_.begin(), words_.end(), [&](auto const& word) { return left.starts_with(word); });
        result += found == words_.end() ? left.substr(0, 1) : "***";
        left.remove_prefix(found == words_.end() ? 1 : found->size());
    }
    kept_.erase(0, kept_.size() - left.size());
    return result;
}

CONSTAGE_INLINE std::string masker::pass(std::string_view bytes) {
    if (words_.empty()) return std::string(bytes);
    kept_ += bytes;
    return show(false);
}

CONSTAGE_INLINE std::string masker::rest() { return show(true); }

}  // namespace constage::engine

#endif
