// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_ONCE_HPP_INCLUDED
#define CONSTAGE_ENGINE_ONCE_HPP_INCLUDED

#include <mutex>

namespace constage::engine {

/// Does something once, whoever asks first; the others wait. What throws was not done: the next one tries.
/// In place of std::call_once, which takes exceptions through pthread_once: with -static-libgcc that ends the program.
class once {
public:
    template <class F>
    void operator()(F const& f) {
        std::lock_guard const hold(guard_);
        if (done_) return;
        f();
        done_ = true;
    }

private:
    std::mutex guard_;
    bool done_ = false;
};

}  // namespace constage::engine

#endif
