// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DETAIL_PARALLEL_HPP_INCLUDED
#define CONSTAGE_DETAIL_PARALLEL_HPP_INCLUDED

#include <constage/detail/helper_threads.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>

namespace constage::detail {

/// Calls `f(0)` … `f(count - 1)`, each once and in no particular order, from this thread and from up to seven more; a thread takes part for
/// every `worth_a_thread` calls. Throws the first exception of a call; then not all were made.
template <class F>
void for_each_index(std::size_t count, std::size_t worth_a_thread, F const& f) {
    std::atomic<std::size_t> next{0};
    std::exception_ptr error;
    std::mutex guard;
    auto const work = [&] {
        try {
            for (std::size_t i; (i = next++) < count;) f(i);
        } catch (...) {
            std::lock_guard const hold(guard);
            if (!error) error = std::current_exception();
            next = count;
        }
    };
    {
        helper_threads helpers;
        for (auto wanted = count / worth_a_thread; wanted > 0 && helpers.add(work); --wanted) {}
        work();
    }
    if (error) std::rethrow_exception(error);
}

}  // namespace constage::detail

#endif
