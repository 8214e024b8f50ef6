// SPDX-License-Identifier: BSL-1.0
#include <constage/engine/once.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

TEST_CASE("once: done by one of several threads, the others see that it is done", "[engine][once]") {
    constage::engine::once o;
    std::atomic<int> times{0}, missed{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i != 8; ++i)
            threads.emplace_back([&] {
                o([&] { ++times; });
                if (times != 1) ++missed;
            });
    }
    CHECK(times == 1);
    CHECK(missed == 0);
}

TEST_CASE("once: what throws was not done", "[engine][once]") {
    constage::engine::once o;
    int times = 0;
    CHECK_THROWS_AS(o([&]() -> void {
                        ++times;
                        throw std::runtime_error("no");
                    }),
                    std::runtime_error);
    o([&] { ++times; });
    o([&] { ++times; });
    CHECK(times == 2);
}
