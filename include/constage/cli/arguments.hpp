// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_ARGUMENTS_HPP_INCLUDED
#define CONSTAGE_CLI_ARGUMENTS_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/build.hpp>
#include <constage/engine/prune.hpp>
#include <constage/report/progress.hpp>

#include <string>
#include <vector>

/// The command line, read: values only.
namespace constage::cli {

/// `import_` reads a Dockerfile into C++, `export_` writes one.
enum class command : unsigned char {
    build,
    plan,
    ast,
    import_,
    export_,
    check,
    why,
    store_list,
    store_usage,
    store_check,
    prune,
    doctor,
    version
};

/// Who asks: the tool reads Dockerfiles, a build program has its graph.
enum class program : unsigned char { tool, build_program };

struct arguments {
    command what = command::build;
    std::string help;  ///< not empty: print this and do nothing else

    engine::options build;       ///< context, arguments, outputs, store …
    std::string file;            ///< -f: a path, "-" for standard input; empty: Dockerfile in the context
    std::string call = "build";  ///< --call, --check: build, check, outline, targets
    bool ignore_status = false;  ///< --call=check,ignorestatus=true: warnings do not fail
    report::style progress = report::style::automatic;
    bool quiet = false;
    bool shell_on_error = false;  ///< --on-error=shell
    bool load = false;            ///< --load: hand the image to docker or podman
    std::string iidfile, metadata_file;

    std::string format;              ///< of plan: text, dot, mermaid, json; of check: text, json; of version, prune, doctor
    std::string output;              ///< of import and export
    std::vector<std::string> files;  ///< of ast
    engine::prune_options prune;
};

/// Reads argv. Throws constage::failure with `usage` set.
arguments parse(int argc, char const* const* argv, program who);

}  // namespace constage::cli

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/cli/arguments.ipp>
#endif
#endif
