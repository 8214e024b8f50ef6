// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_SUGGEST_IPP_INCLUDED
#define CONSTAGE_PLAN_SUGGEST_IPP_INCLUDED

#include <constage/plan/suggest.hpp>

#include <algorithm>
#include <cctype>

namespace constage::plan {

namespace suggest_detail {

/// Edits between two words without regard to case; two letters that changed places are one edit, a missing end
/// of two letters too. Words longer than 100 characters are
/// far from everything.
CONSTAGE_INLINE std::size_t distance(std::string_view a, std::string_view b) {
    if (a.size() > 100 || b.size() > 100) return 1000;
    auto const same = [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
    };
    bool const begins = a.size() < b.size() && b.size() - a.size() <= 2 && std::equal(a.begin(), a.end(), b.begin(), same);
    if (begins && !a.empty()) return 1;
    std::vector<std::size_t> before, last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j != last.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (same(a[i - 1], b[j - 1]) ? 0u : 1u)});
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) now[j] = std::min(now[j], before[j - 2] + 1);
        }
        before = std::move(last);
        last = now;
    }
    return last[b.size()];
}

}  // namespace suggest_detail

CONSTAGE_INLINE std::string did_you_mean(std::string_view word, std::vector<std::string> const& candidates) {
    auto const near = std::clamp<std::size_t>(word.size() / 3, 1, 3);
    std::string const* best = nullptr;
    auto least = near + 1;
    for (auto const& c : candidates)
        if (auto const d = suggest_detail::distance(word, c); d < least) {
            least = d;
            best = &c;
        }
    return best ? " (did you mean " + *best + "?)" : std::string();
}

}  // namespace constage::plan

#endif
