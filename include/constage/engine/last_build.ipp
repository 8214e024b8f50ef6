// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LAST_BUILD_IPP_INCLUDED
#define CONSTAGE_ENGINE_LAST_BUILD_IPP_INCLUDED

#include <constage/engine/build.hpp>
#include <constage/engine/last_build.hpp>
#include <constage/engine/store.hpp>
#include <constage/files/digest.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace constage::engine {

CONSTAGE_INLINE std::string text_of(build_story const& story) {
    auto list = nlohmann::json::array();
    for (auto const& s : story)
        list.push_back({{"stage", s.stage},
                        {"text", s.text},
                        {"file", s.where.file},
                        {"line", s.where.line},
                        {"last_line", s.where.last_line},
                        {"outcome", s.outcome},
                        {"why", s.why},
                        {"time", s.time},
                        {"needs", s.needs}});
    return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

CONSTAGE_INLINE std::optional<build_story> parse_build(std::string const& text) {
    build_story story;
    try {
        for (auto const& j : nlohmann::json::parse(text)) {
            step_story s;
            j.at("stage").get_to(s.stage);
            j.at("text").get_to(s.text);
            j.at("file").get_to(s.where.file);
            j.at("line").get_to(s.where.line);
            j.at("last_line").get_to(s.where.last_line);
            j.at("outcome").get_to(s.outcome);
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

CONSTAGE_INLINE std::optional<build_story> last_build(std::string const& place, options const& how, std::string const& file) {
    store const where(place, store::must_exist);
    auto const text = where.find_text("builds/" + files::digest_of(project_of(how, file)).substr(7));
    return text ? parse_build(*text) : std::nullopt;
}

}  // namespace constage::engine

#endif
