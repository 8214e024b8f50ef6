// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_INPUT_HPP_INCLUDED
#define CONSTAGE_CLI_INPUT_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <optional>
#include <string>
#include <string_view>

/// Files that a command reads, and what it prints.
namespace constage::cli {

struct source_text {
    std::string name;  ///< for messages: "Dockerfile", "docker/app.Dockerfile", "<stdin>"
    std::string text;
    std::optional<std::string> path;  ///< none: standard input
};

/// The Dockerfile that -f names, or CONTEXT/Dockerfile, else CONTEXT/dockerfile; "-" is standard input. Throws constage::failure.
source_text read_dockerfile(std::string const& file, std::string const& context);
/// A file, or standard input for "-". Throws constage::failure.
source_text read_source(std::string const& path);

/// Makes standard input a file that can be read again and again, also by a program that this one starts in its own place. Returns its path.
std::string const& standard_input();

/// Writes to standard output or a file; the file is written beside and renamed. Throws constage::failure.
void print(std::string_view text);
void write_whole(std::string const& path, std::string_view text);
/// Writes to standard error; what cannot be written is lost, for there is nobody to tell.
void complain(std::string_view text) noexcept;

}  // namespace constage::cli

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/cli/input.ipp>
#endif
#endif
