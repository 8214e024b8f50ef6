// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_IMPORT_IPP_INCLUDED
#define CONSTAGE_CLI_IMPORT_IPP_INCLUDED

#include <constage/cli/commands.hpp>
#include <constage/dockerfile/import.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/export/dockerfile.hpp>

namespace constage::cli {

namespace import_detail {

CONSTAGE_INLINE void give_out(std::string const& text, std::string const& file) {
    if (file.empty() || file == "-")
        print(text);
    else
        write_whole(file, text);
}

}  // namespace import_detail

CONSTAGE_INLINE int import(invocation& call) {
    auto const& args = call.args;
    call.dockerfile = read_dockerfile(args.file, ".");
    auto const text = dockerfile::to_cpp(dockerfile::parse(call.dockerfile->text, call.dockerfile->name));
    import_detail::give_out(text, args.output);
    return 0;
}

CONSTAGE_INLINE int export_plan(invocation& call) {
    import_detail::give_out(exporter::to_dockerfile(call.read_plan()), call.args.output);
    return 0;
}

}  // namespace constage::cli

#endif
