// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_SCHEDULE_HPP_INCLUDED
#define CONSTAGE_ENGINE_SCHEDULE_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <cstddef>
#include <functional>
#include <stop_token>
#include <vector>

/// Runs a graph of jobs: what is ready runs, the longest chain first, several at the same time.
namespace constage::engine {

struct job {
    std::vector<std::size_t> needs;  ///< indices of jobs that must be done before
    std::function<bool()> quick;     ///< tried first, in the calling thread: true if that was all (a cached step); may be null
    std::function<void()> work;      ///< the work, in a thread of its own
};

/// Returns when all jobs are done. After a failure, or when `stop` fires, no new work begins, what runs is let to its end, and the first
/// exception is thrown. `skipped` (may be null) is told of each job that never began. A graph of quick jobs starts no thread.
void run_jobs(std::vector<job> const& jobs, std::size_t parallel, std::stop_token stop, std::function<void(std::size_t)> const& skipped);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/schedule.ipp>
#endif
#endif
