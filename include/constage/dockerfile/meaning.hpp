// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_MEANING_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_MEANING_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/dockerfile/document.hpp>
#include <constage/plan/plan.hpp>

#include <functional>
#include <string>

/// From words to instructions with a meaning.
namespace constage::dockerfile {

/// Refuses what is wrong wherever it stands: unknown instructions and flags, wrong numbers of arguments, bad durations and so on, in the
/// reference's words. Throws constage::failure.
void check(instruction const& which);

/// FROM.
struct from_line {
    std::string base;      ///< as written, quotes and variables included
    std::string name;      ///< lower case; empty: none
    std::string platform;  ///< as written
};
from_line read_from(instruction const& which);

/// What `--from=` means: of COPY (numbers count stages) or of a mount (they do not).
using finder = std::function<plan::reference(std::string const& name, bool numbers)>;

/// Any instruction but FROM. Throws constage::failure as check() does, and for what matters only if the stage is needed (mount options,
/// variables in COPY --from).
plan::instruction to_plan(instruction const& which, finder const& find);

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/meaning.ipp>
#endif
#endif
