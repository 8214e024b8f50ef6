// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_KEY_HPP_INCLUDED
#define CONSTAGE_ENGINE_KEY_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/lower.hpp>
#include <constage/files/tree.hpp>

#include <map>
#include <string>

/// Keys are content: what a step's result depends on, by name (rows R019, C025). No times, no paths of this machine.
namespace constage::engine {

/// Ingredients of a step's key by name, so that a miss can be explained.
using ingredients = std::map<std::string, std::string>;

/// sha256 over the names and values, each with its length.
std::string key_of(ingredients const& parts);

/// Identity of a change's content: paths, metadata, bytes; not times.
std::string digest_of(files::diff const& changes);

/// What a task's own words contribute; file systems come from the caller.
ingredients words_of(task const& t);

/// "the command changed", "env VERSION is new", …: what differs, in words.
std::string explain(ingredients const& before, ingredients const& now);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/key.ipp>
#endif
#endif
