// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_STORE_USAGE_HPP_INCLUDED
#define CONSTAGE_ENGINE_STORE_USAGE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/last_build.hpp>

#include <cstdint>
#include <string>
#include <vector>

/// What a store holds and how much room it takes, for people.
namespace constage::engine {

/// One kind of things in a store. Sizes in bytes on the disk (engine/disk_usage.hpp); together they are what the whole store takes.
struct usage_row {
    std::string what;
    std::size_t entries = 0;
    std::uint64_t bytes = 0;
    std::uint64_t reclaimable = 0;  ///< by prune(), without --all
};
std::vector<usage_row> usage_of(std::string const& store);

struct stored_step {
    step_story what;
    bool here = false;  ///< its record is in the store
    std::uint64_t bytes = 0;
    std::int64_t used = 0;  ///< last, in seconds since 1970
    std::string log;        ///< path of what it printed; empty: nothing was kept
};

/// The last build of one project. What several steps or builds share is counted for each of them here.
struct stored_build {
    std::string context, file;
    std::int64_t used = 0;
    std::vector<stored_step> steps;
    std::uint64_t bytes() const;
};
/// The one used last is the first.
std::vector<stored_build> builds_of(std::string const& store);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/store_usage.ipp>
#endif
#endif
