// SPDX-License-Identifier: BSL-1.0
// The command-line tool: `constage build -f Dockerfile .`, `constage plan`, `constage import`, …
#include <constage/cli/main.hpp>

int main(int argc, char** argv) { return constage::cli::main(argc, argv); }
