// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_EPOCH_HPP_INCLUDED
#define CONSTAGE_ENGINE_EPOCH_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/build.hpp>
#include <constage/plan/plan.hpp>

#include <cstdint>
#include <optional>

/// Which time an image says it was made at.
namespace constage::engine {

/// In seconds: --timestamp, or the build argument SOURCE_DATE_EPOCH, or a global ARG's default of that name (B024). That is a number or
/// `context`, the name of a named context, or of a stage that is one remote ADD on scratch: then a time that those have; none for what is
/// on this machine. Throws constage::failure (usage).
std::optional<std::int64_t> epoch_of(plan::plan const& what, options const& how);

/// The options with the number in place of the words, as stages see it.
options with_epoch(options how, plan::plan const& what, std::optional<std::int64_t> epoch);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/epoch.ipp>
#endif
#endif
