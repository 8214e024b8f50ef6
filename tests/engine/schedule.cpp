// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>
#include <constage/engine/schedule.hpp>
#include <constage/failure.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

using constage::engine::job;
using constage::engine::run_jobs;

TEST_CASE("needs come before users") {
    std::mutex guard;
    std::vector<int> order;
    auto const note = [&](int i) {
        return [&, i] {
            std::lock_guard const hold(guard);
            order.push_back(i);
        };
    };
    run_jobs({{{}, nullptr, note(0)}, {{0}, nullptr, note(1)}, {{0}, nullptr, note(2)}, {{1, 2}, nullptr, note(3)}}, 4, {}, nullptr);
    REQUIRE(order.size() == 4);
    CHECK(order.front() == 0);
    CHECK(order.back() == 3);
}

TEST_CASE("independent jobs run at the same time") {
    std::mutex guard;
    std::condition_variable met;
    int here = 0;
    auto const meet = [&] {  // returns only when both are here
        std::unique_lock hold(guard);
        ++here;
        met.notify_all();
        REQUIRE(met.wait_for(hold, std::chrono::seconds(30), [&] { return here == 2; }));
    };
    run_jobs({{{}, nullptr, meet}, {{}, nullptr, meet}}, 2, {}, nullptr);
    CHECK(here == 2);
}

TEST_CASE("quick jobs run in the calling thread and spare the work") {
    auto const me = std::this_thread::get_id();
    int quick = 0;
    run_jobs({{{}, [&] { return quick += std::this_thread::get_id() == me, true; }, [] { FAIL("not needed"); }}}, 2, {}, nullptr);
    CHECK(quick == 1);
}

TEST_CASE("a failure stops what depends on it, lets the rest end, and is thrown") {
    std::atomic<bool> other{false};
    std::vector<std::size_t> skipped;
    std::vector<job> const jobs = {{{}, nullptr, [] { throw constage::failure("first"); }},
                                   {{0}, nullptr, [] { FAIL("depends on a failure"); }}};
    CHECK_THROWS_WITH(run_jobs(jobs, 2, {}, [&](std::size_t i) { skipped.push_back(i); }), "first");
    CHECK(skipped == std::vector<std::size_t>{1});
}

TEST_CASE("a stop request ends the run") {
    std::stop_source stop;
    std::vector<job> const jobs = {{{}, nullptr, [&] { stop.request_stop(); }}, {{0}, nullptr, [] { FAIL("after the stop"); }}};
    CHECK_THROWS_WITH(run_jobs(jobs, 1, stop.get_token(), nullptr), "cancelled");
}

TEST_CASE("a job that becomes ready after all threads were idle still runs") {
    std::vector<job> jobs;
    std::atomic<int> count{0};
    for (std::size_t i = 0; i != 200; ++i) {
        job j;
        if (i) j.needs = {i - 1};
        if (i % 3 == 0)
            j.quick = [&] { return ++count, true; };
        else
            j.work = [&] { ++count; };
        jobs.push_back(j);
    }
    run_jobs(jobs, 3, {}, nullptr);
    CHECK(count == 200);
}
