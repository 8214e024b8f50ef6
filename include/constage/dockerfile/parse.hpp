// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_PARSE_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_PARSE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/dockerfile/document.hpp>

#include <string>
#include <string_view>

namespace constage::dockerfile {

/// Lines to instructions to words (F001 to F020, H001 to H003); whether the instructions make sense is read()'s matter. Time and memory
/// are linear in the text, whatever it is. Throws constage::failure with where "Dockerfile:7" and the offending text.
document parse(std::string_view text, std::string file_name = "Dockerfile");

/// One instruction outside a file, such as an ONBUILD trigger with its heredocs.
instruction parse_instruction(std::string_view text);

/// "Dockerfile:7" or "Dockerfile:7-9".
std::string place(document const& in, instruction const& which);

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/parse.ipp>
#endif
#endif
