// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_IMPORT_IPP_INCLUDED
#define CONSTAGE_CLI_IMPORT_IPP_INCLUDED

#include <constage/cli/commands.hpp>
#include <constage/failure.hpp>

namespace constage::cli {

CONSTAGE_INLINE int import(invocation&) { throw failure("import is not supported"); }

}  // namespace constage::cli

#endif
