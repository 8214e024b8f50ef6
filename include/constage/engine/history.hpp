// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_HISTORY_HPP_INCLUDED
#define CONSTAGE_ENGINE_HISTORY_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The texts of an image's history, as BuildKit writes them (rows A007, C036, G016).
namespace constage::engine {

/// `["a" "b"]`: Go's %q of a list.
std::string quoted_list(std::vector<std::string> const& words);
/// `[a b]`: Go's %v of a list.
std::string plain_list(std::vector<std::string> const& words);

using build_args = std::vector<std::pair<std::string, std::optional<std::string>>>;
using variables = std::vector<std::pair<std::string, std::string>>;

/// `RUN |2 foo=bar2 bar=123 /bin/sh -c ls # buildkit`
std::string run_history(std::vector<std::string> const& argv, build_args const& args, variables const& env);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/history.ipp>
#endif
#endif
