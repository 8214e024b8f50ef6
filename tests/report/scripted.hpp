// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_TESTS_REPORT_SCRIPTED_HPP
#define CONSTAGE_TESTS_REPORT_SCRIPTED_HPP

#include <constage/report/progress.hpp>

#include <memory>
#include <string>
#include <vector>

/// A view whose text, clock and terminal belong to the test.
struct scripted {
    std::string text;
    std::int64_t now = 1'000'000'000;
    constage::report::screen size;
    std::unique_ptr<constage::report::progress> view;

    explicit scripted(constage::report::style how, int columns = 80, int rows = 24) : size{columns, rows} {
        view = constage::report::make_progress(
            how, {[this](std::string_view t) { text += t; }, [this] { return size; }, [this] { return now; }});
    }
    std::int64_t after(double seconds) { return now += static_cast<std::int64_t>(seconds * 1e9); }

    static constage::engine::task_info task(std::size_t id, std::string stage, std::size_t number, std::size_t of, std::string text,
                                            std::vector<std::size_t> needs = {}) {
        constage::engine::task_info t;
        t.what = number == 0 ? constage::engine::task_info::kind::base : constage::engine::task_info::kind::step;
        t.id = id;
        t.stage = std::move(stage);
        t.number = number;
        t.of = of;
        t.text = std::move(text);
        t.where = {"Dockerfile", static_cast<int>(id) + 1, 0};
        t.needs = std::move(needs);
        return t;
    }
    /// Two stages that run at the same time, one that copies from both, the output.
    void plan() {
        auto out = task(5, "", 0, 0, "writing image.tar", {4});
        out.what = constage::engine::task_info::kind::output;
        view->planned({task(0, "build", 0, 0, "maven:3"), task(1, "build", 1, 2, "WORKDIR /app", {0}),
                       task(2, "build", 2, 2, "RUN mvn package", {1}), task(3, "docs", 1, 1, "RUN make docs"),
                       task(4, "app", 1, 1, "COPY --from=build /a /a", {2, 3}), out});
    }
};

#endif
