// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_GLOBALS_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_GLOBALS_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/dockerfile/document.hpp>
#include <constage/plan/resolve.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What the FROM lines come to mean. Nothing here throws: what cannot be expanded is left out.
namespace constage::dockerfile {

struct global_values {
    std::map<std::string, std::string> set;                      ///< predefined ones too
    std::map<std::string, std::optional<std::string>> declared;  ///< ARGs before FROM; none: without a value
};
global_values evaluate_globals(document const& what, plan::choice const& how = {});

struct expanded_from {
    std::string base;                       ///< expanded
    std::optional<std::string> platform;    ///< expanded; none: not given
    std::optional<std::size_t> base_stage;  ///< S003
    std::string name;                       ///< lower case
    std::size_t instruction = 0;            ///< index in the document
};
std::vector<expanded_from> expand_stages(document const& what, global_values const& globals);

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/globals.ipp>
#endif
#endif
