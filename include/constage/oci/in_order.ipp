// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_IN_ORDER_IPP_INCLUDED
#define CONSTAGE_OCI_IN_ORDER_IPP_INCLUDED

#include <constage/oci/in_order.hpp>

#include <utility>

namespace constage::oci {

namespace in_order_detail {

/// Pieces are about 1 MiB.
inline constexpr std::size_t most_waiting = 8;

}  // namespace in_order_detail

CONSTAGE_INLINE in_order::in_order(std::function<void(std::string_view)> work) : work_(std::move(work)), thread_([this] { run(); }) {}

CONSTAGE_INLINE in_order::~in_order() {
    {
        std::lock_guard const hold(guard_);
        todo_.clear();
    }
    stop();
}

CONSTAGE_INLINE void in_order::push(std::string_view piece) {
    std::string copy(piece);
    std::unique_lock hold(guard_);
    changed_.wait(hold, [this] { return error_ || todo_.size() < in_order_detail::most_waiting; });
    if (error_) std::rethrow_exception(error_);
    todo_.push_back(std::move(copy));
    changed_.notify_all();
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
    if (thread_.joinable()) thread_.join();
}

CONSTAGE_INLINE void in_order::run() {
    std::unique_lock hold(guard_);
    for (;;) {
        changed_.wait(hold, [this] { return end_ || !todo_.empty(); });
        if (todo_.empty()) return;
        auto const piece = std::move(todo_.front());
        todo_.pop_front();
        changed_.notify_all();
        hold.unlock();
        try {
            work_(piece);
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
