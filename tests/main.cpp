// SPDX-License-Identifier: BSL-1.0
// The main function of every test executable: Catch2 2.x has it in its header, 3.x in its library (Catch2WithMain).
#if __has_include(<catch2/catch_all.hpp>)
#else
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
