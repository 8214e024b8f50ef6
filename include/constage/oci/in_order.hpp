// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_IN_ORDER_HPP_INCLUDED
#define CONSTAGE_OCI_IN_ORDER_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/oci/piece.hpp>

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

namespace constage::oci {

/// Hands pieces to a function, one after the other, in a thread of its own: whoever makes them need not wait for it. (A few are no work for
/// a thread: finish() hands them on.) What the function throws comes out of the next call here; after that nothing is handed on.
class in_order {
public:
    explicit in_order(std::function<void(std::string_view)> work);
    ~in_order();
    in_order(in_order const&) = delete;
    in_order& operator=(in_order const&) = delete;

    /// Waits while there are many to be done.
    void push(piece&& next);
    /// Waits for all. Nothing may be pushed afterwards.
    void finish();

private:
    void run();
    void stop();
    void start_thread();
    void work_off(std::unique_lock<std::mutex>& hold);

    std::function<void(std::string_view)> work_;
    std::mutex guard_;
    std::condition_variable changed_;
    std::deque<piece> todo_;
    bool end_ = false, alone_ = false;  ///< alone: the machine gives no thread
    std::exception_ptr error_;
    std::thread thread_;
};

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/in_order.ipp>
#endif
#endif
