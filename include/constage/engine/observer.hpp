// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_OBSERVER_HPP_INCLUDED
#define CONSTAGE_ENGINE_OBSERVER_HPP_INCLUDED

#include <constage/plan/plan.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// How a build tells what it does. The engine prints nothing itself.
namespace constage::engine {

/// One unit of work that progress shows: an instruction that makes files, loading a base image, writing the output.
struct task_info {
    enum class kind : unsigned char { base, context, step, output };
    kind what = kind::step;
    std::size_t id = 0;              ///< index in the list
    std::string stage;               ///< "build"; empty for tasks of no stage
    std::size_t number = 0, of = 0;  ///< [build 2/5]; 0: not numbered
    std::string text;                ///< "RUN mvn package"
    plan::source where;
    std::vector<std::size_t> needs;  ///< ids of the tasks that must be done before
};

enum class outcome : unsigned char { done, cached, failed, cancelled, skipped };

/// Callbacks may come from several threads, but never two at once. Times are nanoseconds since the build began (monotonic).
class observer {
public:
    virtual ~observer() = default;
    /// What will be done. Comes again if a cache turned out to be damaged: then everything begins anew.
    virtual void planned(std::vector<task_info> const&) {}
    virtual void started(std::size_t /*task*/, std::int64_t /*at*/) {}
    /// What a RUN printed: fd 1 or 2, bytes as they came.
    virtual void output(std::size_t /*task*/, int /*fd*/, std::string_view /*bytes*/) {}
    virtual void transferred(std::size_t /*task*/, std::uint64_t /*done*/, std::uint64_t /*total, 0 = unknown*/) {}
    /// `why`: for a step that ran, the ingredient that changed ("command changed", "it has not run before"); for cached steps empty.
    virtual void finished(std::size_t /*task*/, outcome, std::int64_t /*at*/, std::string const& /*why*/) {}
    virtual void warning(plan::source const&, std::string const& /*message*/) {}
};

}  // namespace constage::engine

#endif
