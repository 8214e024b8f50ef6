// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_COMMANDS_HPP_INCLUDED
#define CONSTAGE_CLI_COMMANDS_HPP_INCLUDED

#include <constage/cli/arguments.hpp>
#include <constage/cli/input.hpp>
#include <constage/detail/config.hpp>
#include <constage/dockerfile/lint.hpp>
#include <constage/plan/plan.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What each command does. They return the exit code and throw constage::failure.
namespace constage::cli {

/// One call of the program.
struct invocation {
    int argc = 0;
    char** argv = nullptr;
    program who = program::tool;
    std::function<plan::plan()> graph;  ///< of a build program
    arguments args;
    std::optional<source_text> dockerfile;          ///< once it was read
    std::map<std::string, std::string> long_names;  ///< of a graph's source files: "build.cpp" → the compiler's path

    /// The Dockerfile that -f names, or that of the context; also fetches a context that is no directory.
    source_text const& read_dockerfile();
    /// The plan of the graph or of the Dockerfile.
    plan::plan read_plan();
    /// The text of a source file, for excerpts.
    std::optional<std::string> source(std::string const& file) const;
};

/// `constage plan Dockerfile`: where only the Dockerfile matters, its name may stand for the context.
void take_file_for_context(arguments& a);

int build(invocation& call);
int show_plan(invocation& call);
int check(invocation& call);
int describe(invocation& call);  ///< --call=outline, --call=targets
int ast(invocation& call);
int import(invocation& call);
int export_plan(invocation& call);
int why(invocation& call);
int list_store(invocation& call);
int disk_usage_of_store(invocation& call);
int check_store(invocation& call);
int prune(invocation& call);
int doctor(invocation& call);

}  // namespace constage::cli

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/cli/build.ipp>
#include <constage/cli/check.ipp>
#include <constage/cli/commands.ipp>
#include <constage/cli/import.ipp>
#include <constage/cli/store.ipp>
#include <constage/cli/why.ipp>
#endif
#endif
