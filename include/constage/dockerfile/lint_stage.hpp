// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_LINT_STAGE_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_LINT_STAGE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/dockerfile/document.hpp>
#include <constage/dockerfile/globals.hpp>

#include <functional>
#include <string>
#include <string_view>

/// The checks that follow the values of variables from instruction to instruction.
namespace constage::dockerfile {
struct lint_options;
}

namespace constage::dockerfile::lint_detail {

/// Takes warnings; `line` 0 means the lines of the instruction.
struct reporter {
    std::function<void(std::string_view rule, instruction const& i, int line, std::string const& detail)> take;

    void operator()(std::string_view rule, instruction const& i, std::string const& detail) const { take(rule, i, 0, detail); }
    void at_line(std::string_view rule, instruction const& i, int line, std::string const& detail) const { take(rule, i, line, detail); }
};

/// Walks all stages (or those that the target needs) as a build on empty base images would, and stops where it would stop.
void lint_stages(reporter const& report, document const& what, global_values const& globals, lint_options const& how);

}  // namespace constage::dockerfile::lint_detail

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/lint_stage.ipp>
#endif
#endif
