// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_SCHEDULE_IPP_INCLUDED
#define CONSTAGE_ENGINE_SCHEDULE_IPP_INCLUDED

#include <constage/engine/schedule.hpp>
#include <constage/failure.hpp>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <queue>
#include <system_error>
#include <thread>
#include <utility>

namespace constage::engine {

namespace schedule_detail {

/// Length of the longest chain of jobs that wait for each job. Needs come before users in the list.
CONSTAGE_INLINE std::vector<std::size_t> urgency(std::vector<job> const& jobs) {
    std::vector<std::size_t> result(jobs.size(), 1);
    for (auto i = jobs.size(); i-- != 0;)
        for (auto const n : jobs[i].needs) result[n] = std::max(result[n], result[i] + 1);
    return result;
}

class scheduler {
public:
    scheduler(std::vector<job> const& jobs, std::size_t parallel, std::stop_token stop)
        : jobs_(jobs),
          parallel_(parallel),
          stop_(std::move(stop)),
          urgency_(urgency(jobs)),
          waiting_(jobs.size()),
          users_(jobs.size()),
          begun_(jobs.size()) {
        for (std::size_t i = 0; i != jobs.size(); ++i) {
            waiting_[i] = jobs[i].needs.size();
            for (auto const n : jobs[i].needs) users_[n].push_back(i);
            if (jobs[i].needs.empty()) ready_.emplace(urgency_[i], jobs.size() - i);
        }
    }

    void run() {
        std::unique_lock hold(guard_);
        for (;;) {
            while (!ready_.empty() && !error_ && !stop_.stop_requested()) {
                auto const i = jobs_.size() - ready_.top().second;
                ready_.pop();
                begin(i, hold);
            }
            if (running_ == 0) break;
            done_.wait(hold);
        }
        closed_ = true;
        more_.notify_all();
        hold.unlock();
        for (auto& t : threads_) t.join();
    }

    std::exception_ptr error() const { return error_; }
    std::vector<char> const& begun() const { return begun_; }

private:
    void begin(std::size_t i, std::unique_lock<std::mutex>& hold) {
        begun_[i] = 1;
        hold.unlock();
        bool done = false;
        std::exception_ptr error;
        try {
            done = jobs_[i].quick && jobs_[i].quick();
        } catch (...) { error = std::current_exception(); }
        hold.lock();
        if (error)
            error_ = error_ ? error_ : error;
        else if (done)
            finished(i);
        else {
            queue_.push(i);
            ++running_;
            if (threads_.size() < parallel_ && threads_.size() < running_) add_thread();
            if (running_ == 1)
                more_.notify_all();  // not one: glibc before 2.41 may lose that, and no thread would look by itself (its bug 25847)
            else
                more_.notify_one();
        }
    }

    /// Does with fewer if the machine gives no more; throws std::system_error if it gives none.
    void add_thread() {
        try {
            threads_.emplace_back([this] { serve(); });
        } catch (std::system_error const&) {
            if (threads_.empty()) throw;
            parallel_ = threads_.size();
        }
    }

    /// A thread: takes jobs that are not quick until run() is over.
    void serve() {
        std::unique_lock hold(guard_);
        for (;;) {
            more_.wait(hold, [&] { return !queue_.empty() || closed_; });
            if (queue_.empty()) return;
            auto const i = queue_.front();
            queue_.pop();
            std::exception_ptr error;
            if (!error_ && !stop_.stop_requested()) {
                hold.unlock();
                try {
                    jobs_[i].work();
                } catch (...) { error = std::current_exception(); }
                hold.lock();
                if (!error) finished(i);
            } else
                begun_[i] = 0;
            if (error && !error_) error_ = error;
            --running_;
            done_.notify_one();
        }
    }

    void finished(std::size_t i) {
        for (auto const u : users_[i])
            if (--waiting_[u] == 0) ready_.emplace(urgency_[u], jobs_.size() - u);
    }

    std::vector<job> const& jobs_;
    std::size_t parallel_;
    std::stop_token stop_;
    std::vector<std::size_t> urgency_, waiting_;
    std::vector<std::vector<std::size_t>> users_;
    std::vector<char> begun_;
    std::priority_queue<std::pair<std::size_t, std::size_t>> ready_;  ///< (urgency, size - index): the earlier of equals first
    std::queue<std::size_t> queue_;                                   ///< not quick, for the threads
    std::size_t running_ = 0;                                         ///< in the queue or in a thread
    bool closed_ = false;
    std::mutex guard_;
    std::condition_variable more_;  ///< in the queue, or never again: for the threads
    std::condition_variable done_;  ///< a job: for run()
    std::vector<std::thread> threads_;
    std::exception_ptr error_;
};

}  // namespace schedule_detail

CONSTAGE_INLINE void run_jobs(std::vector<job> const& jobs, std::size_t parallel, std::stop_token stop,
                              std::function<void(std::size_t)> const& skipped) {
    schedule_detail::scheduler s(jobs, std::max<std::size_t>(parallel, 1), stop);
    s.run();
    if (skipped)
        for (std::size_t i = 0; i != jobs.size(); ++i)
            if (!s.begun()[i]) skipped(i);
    if (s.error()) std::rethrow_exception(s.error());
    if (stop.stop_requested()) throw failure("cancelled");
}

}  // namespace constage::engine

#endif
