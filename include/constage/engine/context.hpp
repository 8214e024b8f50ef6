// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_CONTEXT_HPP_INCLUDED
#define CONSTAGE_ENGINE_CONTEXT_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/build.hpp>
#include <constage/files/tree.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

/// Build contexts that are no directories (X007 to X010). No .dockerignore holds in them; an archive's files keep their owners.
namespace constage::engine {

struct fetched_context {
    std::shared_ptr<files::tree const> files;  ///< for options::context_files
    std::optional<std::string> dockerfile;     ///< it was no archive, but this text: the context is empty
    std::optional<std::int64_t> time;          ///< in seconds: of the commit, Last-Modified, of the newest file (B024)
};

/// In seconds; none: there is no file.
std::optional<std::int64_t> newest_file(files::tree const& in);

/// Whether this names a context that has to be fetched: a git reference or a URL.
bool is_fetched(std::string const& context);

/// The store keeps what is fetched. Throws constage::failure: no answer, no such repository or reference, a broken archive.
fetched_context fetch_context(std::string const& context, options const& how);

/// From a file: an archive (tar, also compressed), else a Dockerfile.
fetched_context open_context(std::string const& path, options const& how);

/// The text of a file in it; none: there is no such file.
std::optional<std::string> file_of(fetched_context const& context, std::string const& path);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/fetch.ipp>
#endif
#endif
