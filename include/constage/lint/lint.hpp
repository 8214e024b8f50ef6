// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_LINT_LINT_HPP_INCLUDED
#define CONSTAGE_LINT_LINT_HPP_INCLUDED

#include <constage/lint/ignored.hpp>
#include <constage/lint/instructions.hpp>
#include <constage/lint/variables.hpp>

namespace constage {

/// `static_assert(strict(app))`: every lint of `lint::` is an error.
constexpr bool strict(graph_view g) {
    return lint::json_args_recommended(g) && lint::workdir_relative_path(g) && lint::multiple_instructions_disallowed(g) &&
           lint::secrets_used_in_arg_or_env(g) && lint::maintainer_deprecated(g) && lint::expose_proto_casing(g) &&
           lint::redundant_target_platform(g) && lint::from_platform_flag_const_disallowed(g) && lint::undefined_arg_in_from(g) &&
           lint::undefined_var(g) && lint::invalid_default_arg_in_from(g);
}

/// `static_assert(strict<app>())`: the same, and the message names the rule, the stage and the text.
template <auto const& Graph>
consteval bool strict() {
    return require<Graph, lint::json_args_recommended, lint::workdir_relative_path, lint::multiple_instructions_disallowed,
                   lint::secrets_used_in_arg_or_env, lint::maintainer_deprecated, lint::expose_proto_casing,
                   lint::redundant_target_platform, lint::from_platform_flag_const_disallowed, lint::undefined_arg_in_from,
                   lint::undefined_var, lint::invalid_default_arg_in_from>();
}

}  // namespace constage

#endif
