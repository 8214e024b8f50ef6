// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_ON_FINISH_HPP_INCLUDED
#define CONSTAGE_ENGINE_ON_FINISH_HPP_INCLUDED

#include <constage/engine/observer.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace constage::engine {

/// An observer that is one function: it is called whenever a task has ended. Nanoseconds since the build began.
class on_finish : public observer {
public:
    using function = std::function<void(task_info const&, outcome, std::int64_t at)>;
    explicit on_finish(function tell) : tell_(std::move(tell)) {}

    void planned(std::vector<task_info> const& tasks) override { tasks_ = tasks; }
    void finished(std::size_t task, outcome how, std::int64_t at, std::string const&) override { tell_(tasks_.at(task), how, at); }

private:
    function tell_;
    std::vector<task_info> tasks_;
};

}  // namespace constage::engine

#endif
