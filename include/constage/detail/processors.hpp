// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DETAIL_PROCESSORS_HPP_INCLUDED
#define CONSTAGE_DETAIL_PROCESSORS_HPP_INCLUDED

#include <sched.h>

#include <algorithm>
#include <thread>

namespace constage::detail {

/// How many processors this process may use; at least 1. Unlike std::thread::hardware_concurrency() it respects `taskset` and cpusets,
/// and reads no file.
inline unsigned processors() {
    static unsigned const count = [] {
        cpu_set_t allowed;
        auto const known = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0;  // it is not on machines with more than 1024
        return std::max(1u, known ? static_cast<unsigned>(CPU_COUNT(&allowed)) : std::thread::hardware_concurrency());
    }();
    return count;
}

}  // namespace constage::detail

#endif
