// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_CHECK_STORE_HPP_INCLUDED
#define CONSTAGE_ENGINE_CHECK_STORE_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace constage::engine {

struct store_problem {
    std::string path;  ///< below the store
    std::string what;  ///< "its content is sha256:…"
};

struct store_health {
    std::vector<store_problem> problems;
    std::size_t entries = 0;  ///< looked at
};

/// Reads the whole store: blobs have their digests; what records and images name is there; the files of snapshots, layers and context parts
/// have the content, owners and modes that their lists say; no process that has ended left anything behind. May run beside builds. Unpacked
/// files that belong to subordinate users can be read only in the user namespace. Throws constage::failure: there is no store.
store_health check_store(std::string const& path);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/check_store.ipp>
#endif
#endif
