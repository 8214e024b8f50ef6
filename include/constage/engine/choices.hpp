// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_CHOICES_HPP_INCLUDED
#define CONSTAGE_ENGINE_CHOICES_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/oci/platform.hpp>
#include <constage/oci/source.hpp>
#include <constage/plan/resolve.hpp>

#include <vector>

/// What the options of a build mean to the layers below.
namespace constage::engine {

struct options;

/// Those that are asked for, else this machine's: never empty.
std::vector<oci::platform> platforms_of(options const& how);

/// What decides about stages and FROMs, for one platform, for the first one. Throws constage::failure: there is no such platform.
plan::choice choice_of(options const& how, oci::platform const& platform);
plan::choice choice_of(options const& how);

/// How registries are talked to: for bases, caches and pushes.
oci::registry_options registry_options_of(options const& how);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/choices.ipp>
#endif
#endif
