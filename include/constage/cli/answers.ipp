// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_ANSWERS_IPP_INCLUDED
#define CONSTAGE_CLI_ANSWERS_IPP_INCLUDED

#include <constage/cli/answers.hpp>
#include <constage/files/digest.hpp>
#include <constage/report/excerpt.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace constage::cli {

namespace answers_detail {

using json = nlohmann::ordered_json;
using row = std::vector<std::string>;

/// Columns as wide as their widest cell and `gap` blanks.
CONSTAGE_INLINE std::string table(std::vector<row> const& rows, std::size_t gap) {
    std::string text;
    for (auto const& r : rows) {
        std::string line;
        for (std::size_t c = 0; c != r.size(); ++c) {
            line += r[c];
            if (c + 1 == r.size()) break;
            std::size_t width = 0;
            for (auto const& other : rows) width = std::max(width, other[c].size());
            line.append(width - r[c].size() + gap, ' ');
        }
        text += line + "\n";
    }
    return text;
}

CONSTAGE_INLINE json location(int first, int last) {
    json ranges = json::array();
    ranges.push_back({{"start", {{"line", first}}}, {"end", {{"line", std::max(first, last)}}}});
    return {{"ranges", std::move(ranges)}};
}

CONSTAGE_INLINE void put(json& to, char const* key, std::string const& value) {
    if (!value.empty()) to[key] = value;
}

CONSTAGE_INLINE std::string text_of(json const& what) { return what.dump(2, ' ', false, json::error_handler_t::replace) + "\n"; }

CONSTAGE_INLINE json as_json(std::vector<dockerfile::outline::credential> const& list) {
    json result = json::array();
    for (auto const& c : list) {
        json one{{"name", c.name}};
        if (c.required) one["required"] = true;
        one["location"] = location(c.line, c.last_line);
        result.push_back(std::move(one));
    }
    return result;
}

CONSTAGE_INLINE std::string as_text(char const* title, std::vector<dockerfile::outline::credential> const& list) {
    if (list.empty()) return "";
    std::vector<row> rows{{title, "REQUIRED"}};
    for (auto const& c : list) rows.push_back({c.name, c.required ? "true" : ""});
    return table(rows, 3) + "\n";
}

CONSTAGE_INLINE std::string text_of(dockerfile::warning const& w, source_text const& in) {
    auto text = "\nWARNING: " + w.rule + (w.url.empty() ? "" : " - " + w.url) + "\n" + w.detail + "\n";
    return text + report::excerpt(in.text, {in.name, w.line, std::max(w.line, w.last_line)});
}

}  // namespace answers_detail

CONSTAGE_INLINE std::string json_answer(std::vector<dockerfile::target_info> const& targets, source_text const& in) {
    using namespace answers_detail;
    json result{{"targets", json::array()}, {"sources", {files::base64(in.text)}}};
    for (auto const& t : targets) {
        json one = json::object();
        put(one, "name", t.name);
        if (t.is_default) one["default"] = true;
        put(one, "description", t.description);
        put(one, "base", t.base);
        put(one, "platform", t.platform);
        one["location"] = location(t.line, t.last_line);
        result["targets"].push_back(std::move(one));
    }
    return text_of(result);
}

CONSTAGE_INLINE std::string text_answer(std::vector<dockerfile::target_info> const& targets) {
    using namespace answers_detail;
    std::vector<row> rows{{"TARGET", "DESCRIPTION"}};
    for (auto const& t : targets)
        rows.push_back({t.is_default ? (t.name.empty() ? "(default)" : t.name + " (default)") : t.name, t.description});
    return table(rows, 1);
}

CONSTAGE_INLINE std::string json_answer(dockerfile::outline const& o, source_text const& in) {
    using namespace answers_detail;
    json result = json::object();
    put(result, "name", o.name);
    put(result, "description", o.description);
    for (auto const& a : o.arguments) {
        json one{{"name", a.name}};
        put(one, "description", a.description);
        put(one, "value", a.value);
        one["location"] = location(a.line, a.last_line);
        result["args"].push_back(std::move(one));
    }
    if (!o.secrets.empty()) result["secrets"] = as_json(o.secrets);
    if (!o.ssh.empty()) result["ssh"] = as_json(o.ssh);
    result["sources"] = {files::base64(in.text)};
    return text_of(result);
}

CONSTAGE_INLINE std::string text_answer(dockerfile::outline const& o) {
    using namespace answers_detail;
    std::string text;
    if (!o.name.empty() || !o.description.empty()) {
        std::vector<row> head{{"TARGET:", o.name.empty() ? "(default)" : o.name}};
        if (!o.description.empty()) head.push_back({"DESCRIPTION:", o.description});
        text += table(head, 1) + "\n";
    }
    if (!o.arguments.empty()) {
        std::vector<row> rows{{"BUILD ARG", "VALUE", "DESCRIPTION"}};
        for (auto const& a : o.arguments) rows.push_back({a.name, a.value, a.description});
        text += table(rows, 3) + "\n";
    }
    return text + as_text("SECRET", o.secrets) + as_text("SSH", o.ssh);
}

CONSTAGE_INLINE std::string text_answer(std::vector<dockerfile::warning> const& all, source_text const& in) {
    using namespace answers_detail;
    if (all.empty()) return "";
    auto text = "Check complete, " + (all.size() == 1 ? std::string("1 warning has been found!\n")
                                                      : std::to_string(all.size()) + " warnings have been found!\n");
    for (auto const& w : all) text += text_of(w, in);
    return text;
}

CONSTAGE_INLINE std::string json_answer(std::vector<dockerfile::warning> const& all, source_text const& in,
                                        std::optional<failure> const& error) {
    using namespace answers_detail;
    json result{{"warnings", json::array()}, {"sources", json::array()}};
    for (auto const& w : all) {
        json one{{"ruleName", w.rule}, {"description", w.description}};
        if (!w.url.empty()) one["url"] = w.url;
        one["detail"] = w.detail;
        one["location"] = location(w.line, w.last_line);
        result["warnings"].push_back(std::move(one));
    }
    result["sources"].push_back({{"filename", in.name}, {"data", files::base64(in.text)}, {"language", "Dockerfile"}});
    if (error) {
        auto const place = report::parse_place(error->where);
        result["buildError"] = {{"message", error->what()},
                                {"location", place.line ? location(place.line, place.last_line) : json::object()}};
    }
    return text_of(result);
}

}  // namespace constage::cli

#endif
