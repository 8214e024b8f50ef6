// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_LOWER_HPP_INCLUDED
#define CONSTAGE_DSL_LOWER_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/graph/view.hpp>
#include <constage/plan/plan.hpp>

/// From the typed half to the plan. Nothing is interpreted here: every text of the program is kept as written, and means later what the
/// same text means in a Dockerfile (quotes and escapes are resolved, `$NAME` is expanded, wherever a Dockerfile does).
namespace constage::dsl {

/// The plan of a graph: equal to what the Dockerfile with the same instructions gives.
///
/// - Stages come in the graph's order (users after what they use, else as written); `plan::targets` stays empty if that order ends with
///   the one target.
/// - `script(…)` becomes a command of the shell form whose one word is the body (R022), or a heredoc if the body starts with `#!` (R023).
///   A body, also of `file(…)`, ends in a newline: one is added if it is missing.
/// - `onbuild(…)` becomes the text of the instruction, as Docker stores it (G014).
///
/// Throws constage::failure for text that only a run can judge: an image that has the name of an earlier stage (in a Dockerfile it would
/// mean the stage).
plan::plan lower(graph_view graph);

}  // namespace constage::dsl

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dsl/lower.ipp>
#endif
#endif
