// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DETAIL_BATCH_THREAD_HPP_INCLUDED
#define CONSTAGE_DETAIL_BATCH_THREAD_HPP_INCLUDED

#include <sched.h>

namespace constage::detail {

/// For a thread that works off what another one brings: waking it must not stop the other one, which everybody waits for in the end. By
/// default Linux prefers whoever was woken, and the last thing that runs is one thread alone. (A 1 GiB layer on two processors: 7 %.)
inline void be_a_batch_thread() {
    sched_param const none{};
    if (::sched_getscheduler(0) == SCHED_OTHER) ::sched_setscheduler(0, SCHED_BATCH, &none);
}

}  // namespace constage::detail

#endif
