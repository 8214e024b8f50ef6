// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_MAIN_HPP_INCLUDED
#define CONSTAGE_DSL_MAIN_HPP_INCLUDED

#include <constage/graph/view.hpp>

namespace constage {

/// The command line of a build program: builds the graph, or does what the first argument says (`plan`, `prune`, `--help`, …).
/// Returns the exit code: 0, 1 for a failed build, 2 for wrong usage. Defined in cli/; the text goes to stdout and stderr.
int main(int argc, char** argv, graph_view graph);

}  // namespace constage

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/cli/program.ipp>
#endif
#endif
