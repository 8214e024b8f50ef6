// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_TESTS_FUZZ_REFUSED_OR_HPP_INCLUDED
#define CONSTAGE_TESTS_FUZZ_REFUSED_OR_HPP_INCLUDED

#include <constage/failure.hpp>

#include <optional>

/// Bad input may be refused, but only with a constage::failure.
template <class F>
void refused_or(F const& f) {
    try {
        f();
    } catch (constage::failure const&) {}
}

/// What a call gives, or that it refuses: nothing else may happen.
template <class Call>
auto result_of(Call const& call) -> std::optional<decltype(call())> {
    try {
        return call();
    } catch (constage::failure const&) { return std::nullopt; }
}

#endif
