// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_LIVE_HPP_INCLUDED
#define CONSTAGE_REPORT_LIVE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/report/progress.hpp>
#include <constage/report/text.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace constage::report {

/// A picture on a terminal that is drawn anew ten times a second, in place: a row for each stage, side by side in time, with a mark for
/// each of its steps, and below them the last lines of what is running now.
///
///     building 12.3s, 5 of 9 done
///     build    [c#>..]  RUN mvn package  3.2s
///     runtime  [>.  ]   openjdk:11-jre-slim  12.3 MB / 45.0 MB
///       build | [INFO] Compiling 14 source files
///
/// Marks: `.` waiting, `>` running, `#` done, `c` cached, `x` failed, `-` cancelled. On a small terminal logs go first, then stages that
/// are done or wait, then all but the first line. After the end the rows stay, without logs.
class live : public progress {
public:
    explicit live(sink to);
    ~live() override;
    void planned(std::vector<engine::task_info> const& tasks) override;
    void started(std::size_t task, std::int64_t at) override;
    void output(std::size_t task, int fd, std::string_view bytes) override;
    void transferred(std::size_t task, std::uint64_t done, std::uint64_t total) override;
    void finished(std::size_t task, engine::outcome how, std::int64_t at, std::string const& why) override;
    void warning(plan::source const& where, std::string const& message) override;
    void end() override;

    /// Draws now, if anything was planned. The thread of its own does it, and tests do.
    void draw();

private:
    struct state {
        engine::task_info info;
        char mark = '.';
        std::size_t row = 0;
        std::int64_t begin = 0, end = 0;  ///< by the sink's clock
        std::uint64_t done = 0, total = 0;
        line_splitter lines;
        std::deque<std::string> tail;  ///< last lines that it printed
    };
    struct row {
        std::string name;
        std::vector<std::size_t> tasks;
    };
    std::vector<std::string> frame(screen size) const;
    std::string row_text(row const& r, std::size_t names, std::size_t marks) const;
    std::string head() const;
    std::vector<std::string> logs(std::size_t lines) const;
    void erase(std::string& text);
    void draw_locked();
    void tick();

    sink to_;
    std::int64_t origin_;
    mutable std::mutex guard_;
    std::condition_variable wake_;
    bool ended_ = false;
    std::vector<state> tasks_;
    std::vector<row> rows_;
    std::vector<std::string> above_;  ///< lines to print once, above the picture
    std::size_t drawn_ = 0;           ///< lines of the frame on the screen
    std::thread ticker_;
};

}  // namespace constage::report

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/report/live.ipp>
#endif
#endif
