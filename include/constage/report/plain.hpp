// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_PLAIN_HPP_INCLUDED
#define CONSTAGE_REPORT_PLAIN_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/report/progress.hpp>
#include <constage/report/text.hpp>

#include <map>
#include <string>
#include <vector>

namespace constage::report {

/// Lines for logs. Tasks are numbered in the order in which they appear; every line says to which one it belongs, and lines of tasks that
/// run at the same time are never mixed or cut:
///
///     #5 [build 2/4] RUN mvn package
///     #5 0.123 what the command printed, after its seconds
///     #5 DONE 0.3s                         or CACHED, ERROR, CANCELED
class plain : public progress {
public:
    explicit plain(sink to) : to_(std::move(to)) {}
    void planned(std::vector<engine::task_info> const& tasks) override;
    void started(std::size_t task, std::int64_t at) override;
    void output(std::size_t task, int fd, std::string_view bytes) override;
    void transferred(std::size_t task, std::uint64_t done, std::uint64_t total) override;
    void finished(std::size_t task, engine::outcome how, std::int64_t at, std::string const& why) override;
    void warning(plan::source const& where, std::string const& message) override;

private:
    struct state {
        engine::task_info info;
        std::size_t number = 0;   ///< 0: not seen yet
        std::int64_t begin = 0;   ///< by the build's clock
        std::int64_t origin = 0;  ///< by the sink's clock
        std::uint64_t told = 0;   ///< share of a transfer that was reported last
        std::map<int, line_splitter> lines;
    };
    void line(std::size_t task, std::string_view text);
    void introduce(std::size_t task);

    sink to_;
    std::vector<state> tasks_;
    std::size_t seen_ = 0;
    std::size_t last_ = static_cast<std::size_t>(-1);  ///< the task of the line before
};

}  // namespace constage::report

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/report/plain.ipp>
#endif
#endif
