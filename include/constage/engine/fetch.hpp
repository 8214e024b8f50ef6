// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_FETCH_HPP_INCLUDED
#define CONSTAGE_ENGINE_FETCH_HPP_INCLUDED

#include <constage/engine/build.hpp>
#include <constage/engine/lower.hpp>
#include <constage/engine/store.hpp>
#include <constage/files/copy.hpp>

#include <optional>
#include <string>
#include <vector>

/// Sources of ADD that are not in the context: downloads and git repositories (C030 to C034).
namespace constage::engine {

/// The sources that are paths.
std::vector<std::string> local_sources(lowered_copy const& c);
/// Those that are not, as they may be shown.
std::vector<std::string> remote_sources(lowered_copy const& c);

/// What the others hold, in their order: files of downloads, directories of repositories. The store keeps them.
/// Throws constage::failure.
std::vector<files::copy_request::inline_file> fetch_sources(lowered_copy const& c, options const& how, store& where);

inline constexpr std::size_t most_secret_bytes = 500 * 1024;
/// A tar archive's files, unpacked once for all builds. `digest`: of the archive, if known. Throws constage::failure.
files::diff unpacked(std::string const& archive, std::string digest, options const& how, store& where);

/// The secret of this id, from its file or variable; none if there is none. Throws constage::failure: it cannot be read.
std::optional<std::string> secret_value(options const& how, std::string const& id);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/fetch.ipp>
#endif
#endif
