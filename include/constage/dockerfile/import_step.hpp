// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_IMPORT_STEP_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_IMPORT_STEP_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/dockerfile/document.hpp>
#include <constage/plan/plan.hpp>

#include <functional>
#include <string>
#include <vector>

/// One instruction as C++.
namespace constage::dockerfile::import_detail {

struct imported_step {
    std::string code;                ///< "copy(from(build), \"/a\", \"/b\")", lines after the first are indented for a stage
    std::vector<std::string> notes;  ///< what was odd
    bool comments_inside = false;    ///< the comments between continuation lines are in the code
};

/// `variable` gives the C++ name of a stage.
imported_step write_step(instruction const& from, plan::instruction const& what,
                         std::function<std::string(std::size_t stage)> const& variable);

/// `arg("NAME", "value")`.
std::string write_arg(plan::arg const& a);

}  // namespace constage::dockerfile::import_detail

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/import_step.ipp>
#endif
#endif
