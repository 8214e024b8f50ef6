// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_PRUNE_HPP_INCLUDED
#define CONSTAGE_ENGINE_PRUNE_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace constage::engine {

struct prune_options {
    bool all = false;                        ///< also cache mounts, and images without a tag
    std::optional<std::int64_t> older_than;  ///< only what was last used this many seconds ago or earlier
    std::optional<std::uint64_t>
        keep_bytes;  ///< what was not used for the longest time goes first, until the store takes no more than this
};

struct prune_report {
    std::uint64_t reclaimed = 0;  ///< bytes on disk
    std::uint64_t kept = 0;       ///< what the store still takes
    std::size_t removed = 0;      ///< entries of the store
};

/// Removes cached steps with their logs, snapshots, unpacked layers and blobs that no image of the store needs. The next build makes or
/// fetches again what it misses. Throws constage::failure: there is no store, or a build uses it.
prune_report prune(std::string const& store, prune_options const& how);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/prune.ipp>
#endif
#endif
