// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_IN_ORDER_IPP_INCLUDED
#define CONSTAGE_OCI_IN_ORDER_IPP_INCLUDED

#include <constage/detail/batch_thread.hpp>
#include <constage/oci/in_order.hpp>

#include <system_error>
#include <utility>

namespace constage::oci {

namespace in_order_detail {

/// Pieces are at most about 1 MiB.
inline constexpr std::size_t most_waiting = 8, worth_a_thread = 4;

}  // namespace in_order_detail

CONSTAGE_INLINE in_order::in_order(std::function<void(std::string_view)> work) : work_(std::move(work)) {}

CONSTAGE_INLINE in_order::~in_order() {
    {
        std::lock_guard const hold(guard_);
        todo_.clear();
    }
    stop();
}

CONSTAGE_INLINE void in_order::push(piece&& next) {
    std::unique_lock hold(guard_);
    changed_.wait(hold, [this] { return error_ || todo_.size() < in_order_detail::most_waiting; });
    if (error_) std::rethrow_exception(error_);
    todo_.push_back(std::move(next));
    if (!thread_.joinable() && !alone_ && todo_.size() == in_order_detail::worth_a_thread) start_thread();
    if (alone_) work_off(hold);
    if (todo_.size() == 1) changed_.notify_all();
}

CONSTAGE_INLINE void in_order::start_thread() {
    try {
        thread_ = std::thread([this] {
            detail::be_a_batch_thread();
            run();
        });
    } catch (std::system_error const&) { alone_ = true; }
}

CONSTAGE_INLINE void in_order::finish() {
    stop();
    if (error_) std::rethrow_exception(error_);
}

CONSTAGE_INLINE void in_order::stop() {
    {
        std::lock_guard const hold(guard_);
        end_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable())
        thread_.join();
    else
        run();
}

CONSTAGE_INLINE void in_order::run() {
    std::unique_lock hold(guard_);
    for (;;) {
        changed_.wait(hold, [this] { return end_ || !todo_.empty(); });
        if (todo_.empty()) return;
        work_off(hold);
        if (error_) return;
    }
}

/// All that waits, in this thread.
CONSTAGE_INLINE void in_order::work_off(std::unique_lock<std::mutex>& hold) {
    while (!todo_.empty()) {
        auto const next = std::move(todo_.front());
        todo_.pop_front();
        if (todo_.size() == in_order_detail::most_waiting - 1) changed_.notify_all();
        hold.unlock();
        try {
            work_(next.view());
            hold.lock();
        } catch (...) {
            hold.lock();
            error_ = std::current_exception();
            todo_.clear();
            changed_.notify_all();
            return;
        }
    }
}

}  // namespace constage::oci

#endif
