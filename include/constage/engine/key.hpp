// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_KEY_HPP_INCLUDED
#define CONSTAGE_ENGINE_KEY_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/lower.hpp>
#include <constage/files/tree.hpp>

#include <functional>
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

/// What an ingredient of files consists of, to name what changed: paths with type, mode, owner and a digest. Of more than 10,000 only the
/// upper two levels.
using file_list = std::map<std::string, std::string>;
file_list list_of(files::node const& root);
std::string text_of(file_list const& list);
file_list parse_list(std::string const& text);  ///< empty if damaged

/// "command changed, env VERSION is new, file src/a.c changed": what differs, in words. `list` gives the files of an ingredient's value.
std::string explain(ingredients const& before, ingredients const& now, std::function<file_list(std::string const&)> const& list = {});

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/key.ipp>
#endif
#endif
