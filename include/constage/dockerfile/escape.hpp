// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_ESCAPE_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_ESCAPE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/dockerfile/meaning.hpp>
#include <constage/plan/plan.hpp>

#include <string>
#include <string_view>

/// `# escape=` (F013): a plan's words have the backslash as escape character, whatever the file had.
namespace constage::dockerfile {

/// A word written with the backtick as escape character, with the backslash.
std::string with_backslashes(std::string_view word);

/// The same for what is expanded in an instruction (V013, V014), not for its commands. Nothing changes if `escape` is the backslash.
plan::instruction with_backslashes(plan::instruction what, char escape);
from_line with_backslashes(from_line what, char escape);

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/escape.ipp>
#endif
#endif
