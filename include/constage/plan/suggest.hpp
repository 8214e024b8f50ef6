// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_SUGGEST_HPP_INCLUDED
#define CONSTAGE_PLAN_SUGGEST_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace constage::plan {

/// " (did you mean build?)" for the candidate nearest to `word` by edit distance, if it is near enough to be a slip of the fingers (at most
/// a third of the word, at least 1, at most 3 edits); else "". Compared without regard to case.
std::string did_you_mean(std::string_view word, std::vector<std::string> const& candidates);

}  // namespace constage::plan

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/plan/suggest.ipp>
#endif
#endif
