// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_HELP_HPP_INCLUDED
#define CONSTAGE_CLI_HELP_HPP_INCLUDED

#include <constage/cli/arguments.hpp>
#include <constage/detail/config.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The words of the commands, and the texts that teach them.
namespace constage::cli {

std::string_view name_of(command c);
std::string_view summary_of(command c);
std::string_view examples_of(command c, program who);
/// How the command is called: "constage build", or "./build" for a program.
std::string call_of(command c, program who);

std::optional<command> find_command(std::string_view name, program who);
std::vector<std::string> command_names(program who);

/// `constage --help`.
std::string overview();

}  // namespace constage::cli

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/cli/help.ipp>
#endif
#endif
