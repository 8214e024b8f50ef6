// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_JSON_LINES_HPP_INCLUDED
#define CONSTAGE_REPORT_JSON_LINES_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/build.hpp>
#include <constage/failure.hpp>
#include <constage/report/progress.hpp>
#include <constage/report/text.hpp>

#include <map>
#include <utility>

namespace constage::report {

/// One JSON object a line, for tools. Times are nanoseconds since the build began, sizes bytes; bytes that are not UTF-8 become U+FFFD.
///
///     {"event":"planned","tasks":[{"id":0,"kind":"base|context|step|output","stage":"build","number":2,"of":5,"text":"RUN make",
///                                  "source":{"file":"Dockerfile","line":7},"needs":[…]},…]}
///     {"event":"started","task":0,"at":1200}
///     {"event":"output","task":0,"fd":1,"text":"one line"}
///     {"event":"transferred","task":0,"done":1,"total":2}                     total 0: unknown
///     {"event":"finished","task":0,"outcome":"done|cached|failed|cancelled|skipped","at":1300,"why":"command changed"}
///     {"event":"warning","message":"…","source":{…}}
/// and last one of
///     {"event":"built","images":[…],"index_digest":"…","stages":[…],"steps":[…],"wall":…,"critical_path":…,"left_behind":…}
///     {"event":"failed","message":"…","where":"Dockerfile:7","stage":"…","instruction":"…","hint":"…","log":"…","exit_code":1}
class json_lines : public progress {
public:
    explicit json_lines(sink to) : to_(std::move(to)) {}
    void planned(std::vector<engine::task_info> const& tasks) override;
    void started(std::size_t task, std::int64_t at) override;
    void output(std::size_t task, int fd, std::string_view bytes) override;
    void transferred(std::size_t task, std::uint64_t done, std::uint64_t total) override;
    void finished(std::size_t task, engine::outcome how, std::int64_t at, std::string const& why) override;
    void warning(plan::source const& where, std::string const& message) override;

private:
    void line(std::size_t task, int fd, std::string_view text);

    sink to_;
    std::map<std::pair<std::size_t, int>, line_splitter> lines_;
};

/// The last line, with its end.
std::string json_line(engine::report const& r);
std::string json_line(failure const& f);

}  // namespace constage::report

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/report/json_lines.ipp>
#endif
#endif
