// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_JSON_LINES_IPP_INCLUDED
#define CONSTAGE_REPORT_JSON_LINES_IPP_INCLUDED

#include <constage/report/json_lines.hpp>
#include <nlohmann/json.hpp>

namespace constage::report {

namespace json_lines_detail {

using json = nlohmann::ordered_json;

inline constexpr char const* kinds[] = {"base", "context", "step", "output"};
inline constexpr char const* outcomes[] = {"done", "cached", "failed", "cancelled", "skipped"};

CONSTAGE_INLINE std::string text_of(json const& event) { return event.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"; }

CONSTAGE_INLINE json json_of(plan::source const& where) {
    json result = {{"file", where.file}, {"line", where.line}};
    if (where.last_line > where.line) result["last_line"] = where.last_line;
    return result;
}

CONSTAGE_INLINE json json_of(engine::task_info const& t) {
    json result = {{"id", t.id}, {"kind", kinds[static_cast<std::size_t>(t.what)]}};
    if (!t.stage.empty()) result["stage"] = t.stage;
    if (t.number != 0) {
        result["number"] = t.number;
        result["of"] = t.of;
    }
    result["text"] = t.text;
    if (t.where.line != 0) result["source"] = json_of(t.where);
    result["needs"] = t.needs;
    return result;
}

CONSTAGE_INLINE json json_of(engine::image_report const& i) {
    return {{"target", i.target}, {"platform", i.platform},     {"digest", i.digest},        {"config_digest", i.config_digest},
            {"size", i.size},     {"file_bytes", i.file_bytes}, {"base_bytes", i.base_bytes}};
}

CONSTAGE_INLINE json json_of(engine::stage_report const& s) {
    return {{"name", s.name},
            {"in_image", s.in_image},
            {"begin", s.begin},
            {"end", s.end},
            {"busy", s.busy},
            {"file_bytes", s.file_bytes},
            {"shipped_bytes", s.shipped_bytes}};
}

CONSTAGE_INLINE json json_of(engine::step_report const& s) {
    return {{"task", s.task},
            {"stage", s.stage},
            {"text", s.text},
            {"source", json_of(s.where)},
            {"cached", s.cached},
            {"in_image", s.in_image},
            {"time", s.time},
            {"layer_size", s.layer_size},
            {"file_bytes", s.file_bytes}};
}

template <class T>
json list_of(std::vector<T> const& all) {
    auto result = json::array();
    for (auto const& one : all) result.push_back(json_of(one));
    return result;
}

}  // namespace json_lines_detail

CONSTAGE_INLINE void json_lines::planned(std::vector<engine::task_info> const& tasks) {
    using namespace json_lines_detail;
    lines_.clear();
    to_.write(text_of({{"event", "planned"}, {"tasks", list_of(tasks)}}));
}

CONSTAGE_INLINE void json_lines::started(std::size_t task, std::int64_t at) {
    to_.write(json_lines_detail::text_of({{"event", "started"}, {"task", task}, {"at", at}}));
}

CONSTAGE_INLINE void json_lines::line(std::size_t task, int fd, std::string_view text) {
    to_.write(json_lines_detail::text_of({{"event", "output"}, {"task", task}, {"fd", fd}, {"text", text}}));
}

CONSTAGE_INLINE void json_lines::output(std::size_t task, int fd, std::string_view bytes) {
    lines_[{task, fd}].add(bytes, [&](std::string_view text) { line(task, fd, text); });
}

CONSTAGE_INLINE void json_lines::transferred(std::size_t task, std::uint64_t done, std::uint64_t total) {
    to_.write(json_lines_detail::text_of({{"event", "transferred"}, {"task", task}, {"done", done}, {"total", total}}));
}

CONSTAGE_INLINE void json_lines::finished(std::size_t task, engine::outcome how, std::int64_t at, std::string const& why) {
    using namespace json_lines_detail;
    for (auto& [key, lines] : lines_)
        if (key.first == task) lines.end([&, fd = key.second](std::string_view text) { line(task, fd, text); });
    json event = {{"event", "finished"}, {"task", task}, {"outcome", outcomes[static_cast<std::size_t>(how)]}, {"at", at}};
    if (!why.empty()) event["why"] = why;
    to_.write(text_of(event));
}

CONSTAGE_INLINE void json_lines::warning(plan::source const& where, std::string const& message) {
    using namespace json_lines_detail;
    json event = {{"event", "warning"}, {"message", message}};
    if (where.line != 0) event["source"] = json_of(where);
    to_.write(text_of(event));
}

CONSTAGE_INLINE std::string json_line(engine::report const& r) {
    using namespace json_lines_detail;
    json event = {{"event", "built"}, {"images", list_of(r.images)}};
    if (!r.index_digest.empty()) event["index_digest"] = r.index_digest;
    event["stages"] = list_of(r.stages);
    event["steps"] = list_of(r.steps);
    event["wall"] = r.wall;
    event["critical_path"] = r.critical_path;
    event["left_behind"] = r.left_behind;
    return text_of(event);
}

CONSTAGE_INLINE std::string json_line(failure const& f) {
    using namespace json_lines_detail;
    json event = {{"event", "failed"}, {"message", f.what()}};
    auto const add = [&](char const* name, std::string const& text) {
        if (!text.empty()) event[name] = text;
    };
    add("where", f.where);
    add("stage", f.stage);
    add("instruction", f.instruction);
    add("hint", f.hint);
    add("log", f.log);
    if (f.exit_code != 0) event["exit_code"] = f.exit_code;
    return text_of(event);
}

}  // namespace constage::report

#endif
