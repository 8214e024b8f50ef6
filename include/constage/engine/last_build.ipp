// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LAST_BUILD_IPP_INCLUDED
#define CONSTAGE_ENGINE_LAST_BUILD_IPP_INCLUDED

#include <constage/engine/build.hpp>
#include <constage/engine/disk_usage.hpp>
#include <constage/engine/last_build.hpp>
#include <constage/engine/store.hpp>
#include <constage/files/digest.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>

namespace constage::engine {

namespace last_build_detail {

/// Would they be written alike? (Places compare equal everywhere else.)
CONSTAGE_INLINE bool same(step_story const& a, step_story const& b) {
    auto const all = [](step_story const& s) {
        return std::tie(s.stage, s.platform, s.text, s.number, s.where.file, s.where.line, s.where.last_line, s.outcome, s.key, s.log,
                        s.why, s.time, s.needs);
    };
    return all(a) == all(b);
}

}  // namespace last_build_detail

CONSTAGE_INLINE std::string text_of(build_story const& story, std::string const& project) {
    auto list = nlohmann::json::array();
    for (auto const& s : story)
        list.push_back({{"stage", s.stage},
                        {"platform", s.platform},
                        {"text", s.text},
                        {"number", s.number},
                        {"file", s.where.file},
                        {"line", s.where.line},
                        {"last_line", s.where.last_line},
                        {"outcome", s.outcome},
                        {"key", s.key},
                        {"log", s.log},
                        {"why", s.why},
                        {"time", s.time},
                        {"needs", s.needs}});
    nlohmann::json const whole = {{"project", project}, {"steps", std::move(list)}};
    return whole.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

CONSTAGE_INLINE std::optional<build_story> parse_build(std::string const& text, std::string* project) {
    build_story story;
    try {
        auto const whole = nlohmann::json::parse(text);
        if (project) whole.at("project").get_to(*project);
        for (auto const& j : whole.at("steps")) {
            step_story s;
            j.at("stage").get_to(s.stage);
            j.at("platform").get_to(s.platform);
            j.at("text").get_to(s.text);
            j.at("number").get_to(s.number);
            j.at("file").get_to(s.where.file);
            j.at("line").get_to(s.where.line);
            j.at("last_line").get_to(s.where.last_line);
            j.at("outcome").get_to(s.outcome);
            j.at("key").get_to(s.key);
            j.at("log").get_to(s.log);
            j.at("why").get_to(s.why);
            j.at("time").get_to(s.time);
            j.at("needs").get_to(s.needs);
            for (auto const n : s.needs)
                if (n >= story.size()) return std::nullopt;
            story.push_back(std::move(s));
        }
    } catch (nlohmann::json::exception const&) { return std::nullopt; }
    return story;
}

CONSTAGE_INLINE std::string project_of(options const& how, std::string const& file) {
    std::error_code error;
    auto const whole = [&](std::string const& path) { return std::filesystem::weakly_canonical(path, error).string(); };
    return whole(how.context) + "\n" + (how.dockerfile ? whole(*how.dockerfile) : file);
}

CONSTAGE_INLINE step_story const* earlier_step(build_story const& earlier, step_story const& now) {
    auto const distance = [&](step_story const& s) { return s.number > now.number ? s.number - now.number : now.number - s.number; };
    auto const instruction = [](step_story const& s) { return std::string_view(s.text).substr(0, s.text.find(' ')); };
    step_story const* same_text = nullptr;
    step_story const* same_place = nullptr;
    for (auto const& s : earlier) {
        if (s.stage != now.stage || s.platform != now.platform) continue;
        if (s.text == now.text && (!same_text || distance(s) < distance(*same_text))) same_text = &s;
        if (s.number == now.number && instruction(s) == instruction(now)) same_place = &s;
    }
    return same_text ? same_text : same_place;
}

CONSTAGE_INLINE std::string earlier_build::place() const { return "builds/" + files::digest_of(project_).substr(7); }

CONSTAGE_INLINE build_story const& earlier_build::story() {
    read_([this] { story_ = parse_build(where_.find_text(place()).value_or("")).value_or(build_story{}); });
    return story_;
}

CONSTAGE_INLINE void earlier_build::replace(build_story now, std::vector<std::string> const& known) {
    auto const& before = story();
    std::set<std::pair<std::string, std::string>> built;
    for (auto& s : now) {
        built.emplace(s.stage, s.platform);
        if (!s.key.empty()) continue;
        if (auto const* last = earlier_step(before, s)) s.key = last->key;
    }
    for (auto s : before) {
        if (built.contains({s.stage, s.platform}) || std::find(known.begin(), known.end(), s.stage) == known.end()) continue;
        s.outcome = "not asked for";
        s.why.clear();
        s.time = 0;
        s.needs.clear();
        now.push_back(std::move(s));
    }
    if (std::equal(now.begin(), now.end(), before.begin(), before.end(), last_build_detail::same))
        mark_used(where_.root() + "/" + place());
    else
        where_.put_text(place(), text_of(now, project_));
}

CONSTAGE_INLINE std::optional<build_story> last_build(std::string const& place, options const& how, std::string const& file) {
    store const where(place, store::must_exist);
    auto const text = where.find_text("builds/" + files::digest_of(project_of(how, file)).substr(7));
    return text ? parse_build(*text) : std::nullopt;
}

}  // namespace constage::engine

#endif
