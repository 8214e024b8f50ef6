// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_EXPAND_HPP_INCLUDED
#define CONSTAGE_PLAN_EXPAND_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/lookup.hpp>

#include <string>
#include <string_view>
#include <vector>

/// What the words of a plan mean: quotes, escapes and variables of a Dockerfile (rows V001 to V018).
namespace constage::plan {

/// Expands one word: quotes vanish, `$x` and `${x…}` are replaced. Throws constage::failure (bad substitution, unsupported
/// modifier, unclosed quote, `${x:?message}`).
expansion expand(std::string_view word, lookup const& variables, char escape = '\\');

/// The same, then split on blanks that were outside quotes (EXPOSE, V017).
std::vector<std::string> expand_to_words(std::string_view word, lookup const& variables, char escape = '\\');

/// A heredoc's body (H004): variables are expanded, quotes stay, the escape is always the backslash.
expansion expand_body(std::string_view body, lookup const& variables);

}  // namespace constage::plan

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/plan/expand.ipp>
#endif
#endif
