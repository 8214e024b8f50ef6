// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_SUGGEST_IPP_INCLUDED
#define CONSTAGE_PLAN_SUGGEST_IPP_INCLUDED

#include <constage/plan/suggest.hpp>

#include <algorithm>
#include <cctype>

namespace constage::plan {

namespace suggest_detail {

/// Levenshtein distance without regard to case. Words longer than 100 characters are far from everything.
CONSTAGE_INLINE std::size_t distance(std::string_view a, std::string_view b) {
    if (a.size() > 100 || b.size() > 100) return 1000;
    auto const lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j != row.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto const up = row[j];
            row[j] = std::min({up + 1, row[j - 1] + 1, diagonal + (lower(a[i - 1]) != lower(b[j - 1]) ? 1u : 0u)});
            diagonal = up;
        }
    }
    return row[b.size()];
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
