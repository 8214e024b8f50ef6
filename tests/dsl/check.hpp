// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_TESTS_DSL_CHECK_HPP_INCLUDED
#define CONSTAGE_TESTS_DSL_CHECK_HPP_INCLUDED

#include <catch2/catch.hpp>

/// Every test of the typed half runs twice: in a constant expression and at run time. -DCONSTAGE_NO_CONSTEXPR_TESTS leaves the first out
/// (sanitizers see only the second).
#ifdef CONSTAGE_NO_CONSTEXPR_TESTS
#define CONSTAGE_CHECK(...) REQUIRE((__VA_ARGS__))
#else
#define CONSTAGE_CHECK(...)           \
    do {                              \
        static_assert((__VA_ARGS__)); \
        REQUIRE((__VA_ARGS__));       \
    } while (false)
#endif

#endif
