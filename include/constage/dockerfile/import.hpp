// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_IMPORT_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_IMPORT_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/dockerfile/document.hpp>

#include <string>
#include <vector>

namespace constage::dockerfile {

/// A C++ program that says what the Dockerfile says: a variable for each stage, its instructions one a line, comments carried over, and a
/// `main`. Its plan equals the plan of the Dockerfile. What C++ refuses and the reference accepts is written in a form that compiles, with
/// a comment that says what was odd. Throws constage::failure for a file that read() refuses.
std::string to_cpp(document const& what);

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/import.ipp>
#endif
#endif
