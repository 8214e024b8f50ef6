// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DETAIL_HELPER_THREADS_HPP_INCLUDED
#define CONSTAGE_DETAIL_HELPER_THREADS_HPP_INCLUDED

#include <pthread.h>
#include <sched.h>

#include <constage/detail/large_pages.hpp>
#include <constage/detail/processors.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

namespace constage::detail {

/// Linux may queue a new thread on the processor of its creator, which goes on working: there it waits for up to 4 ms, though another
/// processor is idle. Forbidding it this one for a moment moves it.
inline void leave_this_processor(std::jthread& thread) {
    cpu_set_t allowed;
    int const here = ::sched_getcpu();
    if (here < 0 || ::pthread_getaffinity_np(thread.native_handle(), sizeof allowed, &allowed) != 0) return;
    cpu_set_t others = allowed;
    CPU_CLR(static_cast<std::size_t>(here), &others);
    if (CPU_COUNT(&others) == 0 || ::pthread_setaffinity_np(thread.native_handle(), sizeof others, &others) != 0) return;
    ::pthread_setaffinity_np(thread.native_handle(), sizeof allowed, &allowed);
}

/// Threads that share some milliseconds of work with this one. Waits for them in the end.
class helper_threads {
public:
    /// Starts one that calls `f`, which must not throw. False: there is one for every processor (at most eight), or the machine gives no
    /// more; the work must be done without it.
    template <class F>
    bool add(F f) {
        if (threads_.size() >= most_) return false;
        try {
            threads_.emplace_back([f = std::move(f)] {
                use_large_pages_in_this_thread();
                f();
            });
            leave_this_processor(threads_.back());
            return true;
        } catch (std::exception const&) {  // std::system_error, std::bad_alloc
            most_ = threads_.size();
            return false;
        }
    }
    void join() { threads_.clear(); }

private:
    std::size_t most_ = std::min(processors(), 8u) - 1;
    std::vector<std::jthread> threads_;
};

}  // namespace constage::detail

#endif
