// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_IMPORT_WORDS_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_IMPORT_WORDS_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/plan.hpp>

namespace constage::dockerfile::import_detail {

/// The same instruction, its words (not its commands) written with the backslash as escape character instead of the backtick.
plan::instruction words_with_backslashes(plan::instruction what);

}  // namespace constage::dockerfile::import_detail

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/import_words.ipp>
#endif
#endif
