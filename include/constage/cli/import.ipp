// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_IMPORT_IPP_INCLUDED
#define CONSTAGE_CLI_IMPORT_IPP_INCLUDED

#include <constage/cli/commands.hpp>
#include <constage/dockerfile/import.hpp>
#include <constage/dockerfile/parse.hpp>

namespace constage::cli {

CONSTAGE_INLINE int import(invocation& call) {
    auto const& args = call.args;
    call.dockerfile = read_dockerfile(args.file, ".");
    auto const text = dockerfile::to_cpp(dockerfile::parse(call.dockerfile->text, call.dockerfile->name));
    if (args.output.empty() || args.output == "-")
        print(text);
    else
        write_whole(args.output, text);
    return 0;
}

}  // namespace constage::cli

#endif
