// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_LEXER_HPP_INCLUDED
#define CONSTAGE_PLAN_LEXER_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/lookup.hpp>

#include <string>
#include <string_view>
#include <vector>

/// The lexer behind expand(): what else a Dockerfile's parser needs of it (heredoc markers are found with it).
namespace constage::plan {

struct lexer_options {
    char escape = '\\';
    bool raw_quotes = false;   ///< quotes stay in the text
    bool raw_escapes = false;  ///< escapes stay in the text
    bool keep_unset = false;   ///< a variable that is not set stays as it was written
    bool no_quotes = false;    ///< quotes are ordinary characters (bodies of heredocs)
};

struct lexed {
    expansion whole;
    std::vector<std::string> words;  ///< the same, split on blanks outside quotes
};

/// Throws constage::failure as expand() does.
lexed lex(std::string_view text, lookup const& variables, lexer_options const& how);

}  // namespace constage::plan

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/plan/lexer.ipp>
#endif
#endif
