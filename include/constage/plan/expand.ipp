// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_EXPAND_IPP_INCLUDED
#define CONSTAGE_PLAN_EXPAND_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/plan/expand.hpp>
#include <constage/plan/lexer.hpp>

namespace constage::plan {

namespace expand_detail {

CONSTAGE_INLINE lexed run(std::string_view word, lookup const& variables, lexer_options const& how) {
    try {
        return lex(word, variables, how);
    } catch (failure const& f) {
        auto const shown = word.size() > 200 ? std::string(word.substr(0, 200)) + "…" : std::string(word);
        throw failure("failed to process \"" + shown + "\": " + f.what());
    }
}

}  // namespace expand_detail

CONSTAGE_INLINE expansion expand(std::string_view word, lookup const& variables, char escape) {
    lexer_options how;
    how.escape = escape;
    return expand_detail::run(word, variables, how).whole;
}

CONSTAGE_INLINE std::vector<std::string> expand_to_words(std::string_view word, lookup const& variables, char escape) {
    lexer_options how;
    how.escape = escape;
    return expand_detail::run(word, variables, how).words;
}

CONSTAGE_INLINE expansion expand_body(std::string_view body, lookup const& variables) {
    lexer_options how;
    how.no_quotes = true;
    return expand_detail::run(body, variables, how).whole;
}

}  // namespace constage::plan

#endif
