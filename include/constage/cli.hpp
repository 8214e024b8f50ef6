// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_HPP_INCLUDED
#define CONSTAGE_CLI_HPP_INCLUDED

#include <constage/cli/main.hpp>

#endif
