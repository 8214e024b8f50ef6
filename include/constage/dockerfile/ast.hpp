// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_AST_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_AST_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/plan.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace constage::dockerfile {

/// Whether a file builds as far as can be said without its base images: the last stage, default arguments, linux/amd64.
struct conversion {
    bool ok = false;
    std::string error;
    std::string where;         ///< "Dockerfile:7-9"
    std::string image_config;  ///< JSON text: the `config` object of the image
};
using converter = std::function<conversion(plan::plan const&)>;

/// What a Dockerfile says, as one line of JSON: file, ok, error, error_lines, escape, directives, instructions, meta_args, stages, edges
/// (with default arguments, for linux/amd64), lint (how often each check of lint.hpp warns), llb (what `convert` says; without one, whether
/// the plan can be resolved). Never throws for what is in the text.
std::string ast_json(std::string_view file_name, std::string_view text, converter const& convert = {});

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/ast.ipp>
#endif
#endif
