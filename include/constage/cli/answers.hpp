// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_ANSWERS_HPP_INCLUDED
#define CONSTAGE_CLI_ANSWERS_HPP_INCLUDED

#include <constage/cli/input.hpp>
#include <constage/detail/config.hpp>
#include <constage/dockerfile/lint.hpp>
#include <constage/dockerfile/outline.hpp>
#include <constage/failure.hpp>

#include <optional>
#include <string>
#include <vector>

/// What buildx prints for --call=check, targets and outline: text for people, and JSON as the requests frontend.lint, frontend.targets and
/// frontend.outline answer. `in` is the Dockerfile.
namespace constage::cli {

/// Empty if there are no warnings.
std::string text_answer(std::vector<dockerfile::warning> const& all, source_text const& in);
/// `error`: what would stop a build.
std::string json_answer(std::vector<dockerfile::warning> const& all, source_text const& in, std::optional<failure> const& error);

std::string text_answer(std::vector<dockerfile::target_info> const& targets);
std::string json_answer(std::vector<dockerfile::target_info> const& targets, source_text const& in);

std::string text_answer(dockerfile::outline const& o);
std::string json_answer(dockerfile::outline const& o, source_text const& in);

}  // namespace constage::cli

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/cli/answers.ipp>
#endif
#endif
