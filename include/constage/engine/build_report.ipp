// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_BUILD_REPORT_IPP_INCLUDED
#define CONSTAGE_ENGINE_BUILD_REPORT_IPP_INCLUDED

#include <constage/engine/build_run.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/manifest.hpp>
#include <constage/plan/resolve.hpp>

#include <algorithm>
#include <set>

namespace constage::engine {

namespace build_report_detail {

/// The stage that a task's files belong to; nothing for an image that only COPY reads.
CONSTAGE_INLINE std::size_t stage_of(platform_build const& b, std::size_t t) { return t == nothing ? nothing : b.what.tasks[t].stage; }

CONSTAGE_INLINE std::int64_t longest_chain(platform_build const& b) {
    std::vector<std::int64_t> until(b.what.tasks.size());
    std::int64_t longest = 0;
    for (std::size_t i = 0; i != until.size(); ++i) {
        for (auto const n : b.what.tasks[i].needs()) until[i] = std::max(until[i], until[n]);
        if (b.time[i].ran) until[i] += b.time[i].end - b.time[i].begin;
        longest = std::max(longest, until[i]);
    }
    return longest;
}

CONSTAGE_INLINE base_report report_of(base_image const& base, std::string const& name, std::string const& wanted) {
    return {name, wanted, base.config.platform.text(), base.config.env, base.config.on_build, base.config.shell.has_value()};
}

CONSTAGE_INLINE void add_steps(report& r, platform_build const& b, base_set& bases) {
    auto const shipped = tasks_in_images(b);
    std::map<std::size_t, layer_record const*> layer_of;
    auto const& targets = b.what.resolution.targets;
    if (!b.layers.empty())
        for (std::size_t t = 0; t != targets.size(); ++t) {
            auto const& list = b.layers[t * (b.layers.size() / targets.size())];
            auto const& tasks = b.what.stages[targets[t]].layers;
            for (std::size_t l = 0; l != tasks.size(); ++l) layer_of[tasks[l]] = &list[l];
        }
    for (std::size_t i = 0; i != b.what.tasks.size(); ++i) {
        auto const& t = b.what.tasks[i];
        step_report s;
        s.task = b.first_id + i;
        s.stage = t.stage;
        s.text = t.text;
        s.where = t.where;
        s.cached = !b.time[i].ran;
        s.in_image = shipped.contains(i);
        if (t.what == task::kind::base && t.stage != nothing)
            r.bases.push_back(report_of(t.base, bases.at(t.base.id).name, b.what.resolution.stages[t.stage].platform));
        s.time = b.time[i].ran ? b.time[i].end - b.time[i].begin : 0;
        s.file_bytes = t.what == task::kind::base ? bases.file_bytes(t.base.id) : b.done->record(i).file_bytes;
        if (auto const at = layer_of.find(i); at != layer_of.end()) s.layer_size = at->second->blob.size;
        if (t.stage != nothing) {
            auto& stage = r.stages[t.stage];
            if (b.time[i].ran) {
                stage.begin = stage.busy == 0 ? b.time[i].begin : std::min(stage.begin, b.time[i].begin);
                stage.end = std::max(stage.end, b.time[i].end);
                stage.busy += s.time;
            }
            stage.file_bytes += s.file_bytes;
            if (s.in_image) {
                stage.in_image = true;
                stage.shipped_bytes += s.file_bytes;
            }
        }
        if (s.in_image && t.what == task::kind::copy && !t.copy.from_context)
            if (auto const from = stage_of(b, t.copy.from); from != nothing && from != t.stage)
                r.stages[from].shipped_bytes += s.file_bytes;
        r.steps.push_back(std::move(s));
    }
}

}  // namespace build_report_detail

CONSTAGE_INLINE std::set<std::size_t> tasks_in_images(platform_build const& b) {
    std::set<std::size_t> result;
    for (auto const target : b.what.resolution.targets) {
        auto const& stage = b.what.stages[target];
        result.insert(stage.layers.begin(), stage.layers.end());
        if (stage.base != nothing) result.insert(stage.base);
    }
    return result;
}

CONSTAGE_INLINE step_story story_of(platform_build const& b, std::size_t task) {
    auto const& t = b.what.tasks[task];
    step_story s;
    s.stage = t.stage == nothing ? "" : plan::stage_name(*b.names, t.stage);
    s.platform = b.platform.text();
    s.text = t.text;
    s.number = t.number;
    s.where = t.where;
    return s;
}

CONSTAGE_INLINE std::string last_key(platform_build const& b, std::size_t task, build_story const& before) {
    auto const now = story_of(b, task);
    auto const* step = earlier_step(before, now);
    if (!step) return "";
    auto const is_that = [&](auto const& t) { return t.stage == b.what.tasks[task].stage && t.text == step->text; };
    auto const stands_elsewhere = step->text != now.text && std::any_of(b.what.tasks.begin(), b.what.tasks.end(), is_that);
    return stands_elsewhere ? "" : step->key;
}

CONSTAGE_INLINE build_story make_story(std::vector<std::unique_ptr<platform_build>> const& builds) {
    build_story story;
    for (auto const& b : builds) {
        std::vector<std::size_t> place(b->what.tasks.size(), nothing);
        for (std::size_t i = 0; i != b->what.tasks.size(); ++i) {
            auto const& t = b->what.tasks[i];
            if (t.what == task::kind::base) continue;
            auto const& time = b->time[i];
            auto s = story_of(*b, i);
            s.key = b->done->key(i);
            s.why = b->done->why(i);
            s.outcome = time.end != 0 ? (time.ran ? "ran" : "cached") : s.why.empty() ? "not reached" : "failed";
            s.log = s.key;
            if (s.outcome == "failed") s.key.clear();
            if (time.ran) s.time = time.end - time.begin;
            for (auto const n : t.needs())
                if (place[n] != nothing) s.needs.push_back(place[n]);
            place[i] = story.size();
            story.push_back(std::move(s));
        }
    }
    return story;
}

CONSTAGE_INLINE story_keeper::~story_keeper() {
    try {
        std::vector<std::string> stages;
        for (std::size_t i = 0; i != what_.stages.size(); ++i) stages.push_back(plan::stage_name(what_, i));
        earlier_.replace(make_story(builds_), stages);
    } catch (std::exception const&) {  // only `constage why` misses it
    }
}

CONSTAGE_INLINE report make_report(plan::plan const& what, std::vector<std::unique_ptr<platform_build>> const& builds, base_set& bases,
                                   std::int64_t wall) {
    report r;
    r.wall = wall;
    for (std::size_t i = 0; i != what.stages.size(); ++i) {
        r.stages.emplace_back();
        r.stages.back().name = plan::stage_name(what, i);
    }
    for (auto const& b : builds) {
        build_report_detail::add_steps(r, *b, bases);
        if (auto const& read = b->done->known_context(); !read.root()->entries.empty()) r.context = read;
        r.critical_path = std::max(r.critical_path, build_report_detail::longest_chain(*b));
        for (std::size_t t = 0; t != b->what.resolution.targets.size(); ++t) {
            auto const& stage = b->what.stages[b->what.resolution.targets[t]];
            image_report i;
            i.target = plan::stage_name(what, b->what.resolution.targets[t]);
            i.platform = b->platform.text();
            if (!b->images.empty()) {
                auto const& image = b->images[t * (b->images.size() / b->what.resolution.targets.size())];
                i.digest = image.manifest.digest;
                i.config_digest = image.config_descriptor.digest;
                for (auto const& l : image.layers) i.size += l.size;
            }
            if (stage.base != nothing) i.base_bytes = bases.file_bytes(b->what.tasks[stage.base].base.id);
            i.file_bytes = i.base_bytes;
            for (auto const l : stage.layers) i.file_bytes += b->done->record(l).file_bytes;
            r.images.push_back(std::move(i));
        }
    }
    std::vector<oci::image> all;
    for (auto const& b : builds) all.insert(all.end(), b->images.begin(), b->images.end());
    if (builds.size() > 1 && !all.empty()) r.index_digest = files::digest_of(oci::index_of(all));
    for (auto const& s : r.stages)
        if (!s.in_image && s.file_bytes > s.shipped_bytes) r.left_behind += s.file_bytes - s.shipped_bytes;
    return r;
}

}  // namespace constage::engine

#endif
