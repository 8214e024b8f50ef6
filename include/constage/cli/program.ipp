// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_PROGRAM_IPP_INCLUDED
#define CONSTAGE_CLI_PROGRAM_IPP_INCLUDED

#include <constage/cli/main.hpp>
#include <constage/dsl/lower.hpp>
#include <constage/dsl/main.hpp>

namespace constage {

CONSTAGE_INLINE int main(int argc, char** argv, graph_view graph) {
    return cli::main(argc, argv, [graph] { return dsl::lower(graph); });
}

}  // namespace constage

#endif
