// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_MAIN_HPP_INCLUDED
#define CONSTAGE_CLI_MAIN_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/plan.hpp>

#include <functional>

/// The command line as a whole. The only part of constage that prints, takes signals and looks at a terminal.
namespace constage::cli {

/// The tool: `constage build …`. Returns the exit code: 0; 1: failed, or `check` found something; 2: wrong usage.
int main(int argc, char** argv);

/// A build program: the same commands for a plan that it makes itself; without a command it builds.
int main(int argc, char** argv, std::function<plan::plan()> graph);

}  // namespace constage::cli

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/cli/main.ipp>
#endif
#endif
