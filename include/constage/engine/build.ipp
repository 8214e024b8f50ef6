// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_BUILD_IPP_INCLUDED
#define CONSTAGE_ENGINE_BUILD_IPP_INCLUDED

#include <sys/stat.h>

#include <constage/detail/processors.hpp>
#include <constage/dockerfile/read.hpp>
#include <constage/engine/build.hpp>
#include <constage/engine/build_run.hpp>
#include <constage/engine/cache.hpp>
#include <constage/engine/choices.hpp>
#include <constage/engine/epoch.hpp>
#include <constage/engine/failed_run.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>
#include <constage/plan/resolve.hpp>

#include <algorithm>
#include <thread>

namespace constage::engine {

namespace build_detail {

CONSTAGE_INLINE lower_options lower_options_of(options const& how, oci::platform const& platform) {
    lower_options l;
    l.choice = choice_of(how, platform);
    l.network = how.network;
    l.allow = how.allow;
    l.no_cache = how.no_cache;
    l.no_cache_filter = how.no_cache_filter;
    l.read_trigger = dockerfile::trigger_step;
    return l;
}

CONSTAGE_INLINE bool needs_layers(output const& o) { return o.what != output::kind::tar && o.what != output::kind::local; }

CONSTAGE_INLINE layer_format format_of(output const& o, std::optional<std::int64_t> epoch) {
    return {o.compression.empty()             ? "gzip"
            : o.compression == "uncompressed" ? "none"
                                              : o.compression,
            o.compression_level, epoch, o.rewrite_timestamp && epoch.has_value()};
}

CONSTAGE_INLINE std::vector<layer_format> formats_of(std::vector<output> const& outputs, std::optional<std::int64_t> epoch) {
    std::vector<layer_format> list;
    for (auto const& o : outputs)
        if (auto const f = format_of(o, epoch); needs_layers(o) && std::find(list.begin(), list.end(), f) == list.end()) list.push_back(f);
    return list;
}

CONSTAGE_INLINE std::vector<task_info> infos(std::vector<std::unique_ptr<platform_build>> const& builds, plan::plan const& what,
                                             std::vector<output> const& outputs) {
    std::vector<task_info> list;
    for (auto const& b : builds)
        for (std::size_t i = 0; i != b->what.tasks.size(); ++i) {
            auto const& t = b->what.tasks[i];
            task_info info;
            info.what = t.what == task::kind::base ? task_info::kind::base : task_info::kind::step;
            info.id = list.size();
            info.stage = t.stage == nothing ? "" : plan::stage_name(what, t.stage);
            info.number = t.number;
            info.of = t.of;
            info.text = t.text + (builds.size() > 1 ? " (" + b->platform.text() + ")" : "");
            info.where = t.where;
            for (auto const n : t.needs()) info.needs.push_back(b->first_id + n);
            list.push_back(std::move(info));
        }
    for (auto const& o : outputs) {
        task_info info;
        info.what = task_info::kind::output;
        info.id = list.size();
        info.text = o.what == output::kind::store      ? "writing the image to the store"
                    : o.what == output::kind::registry ? "pushing the image"
                                                       : "writing " + o.dest;
        list.push_back(std::move(info));
    }
    return list;
}

CONSTAGE_INLINE bool has_run(std::vector<std::unique_ptr<platform_build>> const& builds) {
    return std::any_of(builds.begin(), builds.end(), [](auto const& b) {
        return std::any_of(b->what.tasks.begin(), b->what.tasks.end(), [](task const& t) { return t.what == task::kind::run; });
    });
}

CONSTAGE_INLINE void check_context(options const& how) {
    if (how.context_files) return;
    struct stat s {};
    if (::stat(how.context.c_str(), &s) != 0)
        throw failure("the build context \"" + how.context + "\" does not exist")
            .with_hint("give the path of a directory, such as .")
            .as_usage();
    if (!S_ISDIR(s.st_mode))
        throw failure("the build context \"" + how.context + "\" is not a directory")
            .with_hint("give the path of a directory, such as .")
            .as_usage();
}

}  // namespace build_detail

CONSTAGE_INLINE bool needs_privilege(plan::plan const& what, options const& how) {
    auto const r = plan::resolve(what, choice_of(how));
    return std::any_of(r.order.begin(), r.order.end(), [&](std::size_t s) {
        auto const& steps = what.stages[s].steps;
        return !r.stages[s].replaced &&
               std::any_of(steps.begin(), steps.end(), [](auto const& step) { return std::holds_alternative<plan::run>(step.what); });
    });
}

namespace build_detail {

/// One build, from the plan's platforms to the report.
struct builder {
    cache_set& caches;
    plan::plan const& what;
    options const& how;
    std::optional<std::int64_t> const& epoch;
    store& where;
    teller& t;

    base_set bases{where, how};
    std::vector<output> outputs = how.outputs.empty() ? std::vector<output>(1) : how.outputs;
    std::vector<layer_format> formats = formats_of(outputs, epoch);
    earlier_build earlier{where, project_of(how, what.stages.empty() ? "" : what.stages.front().source.file)};
    std::vector<std::unique_ptr<platform_build>> builds{};
    std::vector<archive_of_format> archives{};  ///< of each output
    std::size_t first_output = 0;               ///< progress id

    report run() {
        for (auto const& p : platforms_of(how)) add_platform(p);
        if (has_run(builds) && !has_privilege()) throw privilege_failure();
        begin_archives();
        try {
            run_tasks();
        } catch (failure const&) {
            show_failed_run();
            throw;
        }
        caches.keep();
        for (auto& b : builds) make_images(*b);
        for (std::size_t i = 0; i != outputs.size(); ++i) write(i);
        write_caches();
        return make_report(what, builds, bases, t.now());
    }

    void add_platform(oci::platform const& p);
    void begin_archives();
    void run_tasks();
    void show_failed_run();
    void make_images(platform_build& b);
    oci::image const* base_of(platform_build const& b, lowered_stage const& stage);
    void write(std::size_t which);
    void write_caches();
};

CONSTAGE_INLINE void builder::add_platform(oci::platform const& p) {
    auto& b = *builds.emplace_back(std::make_unique<platform_build>());
    b.platform = p;
    b.names = &what;
    b.what =
        lower(what, lower_options_of(how, p), [&](std::string const& name, oci::platform const& of) { return bases.resolve(name, of); });
    b.done = std::make_unique<execution>(b.what, how, where, bases, caches,
                                         [&b, this](std::size_t i) { return last_key(b, i, earlier.story()); });
    b.first_id = first_output;
    b.time.resize(b.what.tasks.size());
    first_output += b.what.tasks.size();
}

CONSTAGE_INLINE void builder::begin_archives() {
    auto const& first = *builds.front();
    auto const one_image = builds.size() == 1 && first.what.resolution.targets.size() == 1;
    for (auto const& o : outputs) {
        auto& a = archives.emplace_back(archive_of_format{format_of(o, epoch), nullptr});
        if (!one_image || !((o.what == output::kind::oci && o.tar) || o.what == output::kind::docker)) continue;
        auto const& stage = first.what.stages[first.what.resolution.targets.front()];
        auto const* base = base_of(first, stage);
        a.archive = std::make_unique<early_archive>(o.dest, base ? base->layers : std::vector<oci::descriptor>(), stage.layers.size(),
                                                    where.blobs());
    }
}

CONSTAGE_INLINE void builder::run_tasks() {
    transfer_teller const transfers(bases, builds, t);
    story_keeper const story(what, builds, earlier);
    t.tell([&](observer& o) { o.planned(infos(builds, what, outputs)); });

    std::vector<job> jobs;
    std::vector<std::size_t> task_of_job;
    for (auto& b : builds) {
        for (std::size_t i = 0; i != b->what.tasks.size(); ++i) task_of_job.push_back(b->first_id + i);
        add_jobs(jobs, *b, formats, archives, where, bases, transfers, t);
        task_of_job.resize(jobs.size(), nothing);
    }
    auto const parallel = how.jobs > 0 ? static_cast<std::size_t>(how.jobs) : std::max<std::size_t>(8, 2 * detail::processors());
    run_jobs(jobs, parallel, how.stop, [&](std::size_t j) {
        if (task_of_job[j] != nothing) t.tell([&](observer& o) { o.finished(task_of_job[j], outcome::skipped, t.now(), ""); });
    });
}

/// Nothing else runs any more: the one who asked for it may look at what failed.
CONSTAGE_INLINE void builder::show_failed_run() {
    for (auto& b : builds)
        if (auto* const failed = b->done->failed(); failed && !how.stop.stop_requested()) return how.on_failed_run(*failed);
}

/// The images of the targets, one in each format.
CONSTAGE_INLINE void builder::make_images(platform_build& b) {
    auto const& targets = b.what.resolution.targets;
    for (std::size_t target = 0; !formats.empty() && target != targets.size(); ++target)
        for (std::size_t f = 0; f != formats.size(); ++f) {
            auto const& stage = b.what.stages[targets[target]];
            b.images.push_back(assemble(stage, base_of(b, stage), b.layers[target * formats.size() + f], how, epoch,
                                        how.platforms.empty() ? nullptr : &b.platform, where));
        }
}

CONSTAGE_INLINE oci::image const* builder::base_of(platform_build const& b, lowered_stage const& stage) {
    auto const none = stage.base == nothing || b.what.tasks[stage.base].base.directory;
    return none ? nullptr : &bases.at(b.what.tasks[stage.base].base.id).image;
}

CONSTAGE_INLINE void builder::write(std::size_t which) {
    auto const& o = outputs[which];
    auto const id = first_output + which;
    auto const format = static_cast<std::size_t>(std::find(formats.begin(), formats.end(), format_of(o, epoch)) - formats.begin());
    std::vector<oci::image> images;
    if (needs_layers(o))
        for (auto const& b : builds)
            for (std::size_t target = 0; target != b->what.resolution.targets.size(); ++target)
                images.push_back(b->images[target * formats.size() + format]);
    t.tell([&](observer& to) { to.started(id, t.now()); });
    try {
        write_output(o, images, builds, archives[which].archive.get(), how, where);
    } catch (failure& e) {
        t.tell([&](observer& to) { to.finished(id, outcome::failed, t.now(), e.what()); });
        throw;
    }
    t.tell([&](observer& to) { to.finished(id, outcome::done, t.now(), ""); });
}

CONSTAGE_INLINE void builder::write_caches() {
    for (auto const& to : how.cache_to) try {
            write_cache(to, builds, how, where);
        } catch (failure& f) {
            if (!to.ignore_error) throw;
            t.tell([&](observer& o) { o.warning({}, "the cache " + to.where + " was not written: " + f.what()); });
        }
}

}  // namespace build_detail

CONSTAGE_INLINE report build(plan::plan const& what, options const& asked) {
    using namespace build_detail;
    teller t(asked.progress);
    check_context(asked);
    auto const epoch = epoch_of(what, asked);
    auto const how = with_epoch(asked, what, epoch);
    store where(how.store.empty() ? default_store() : how.store);
    auto const in_use = where.lock("use", true);  // prune() waits for nobody: it refuses
    where.remove_rubbish();
    auto const warn = [&](std::string const& text) { t.tell([&](observer& o) { o.warning({}, text); }); };
    cache_set caches(where, how, warn);
    try {
        return builder{caches, what, how, epoch, where, t}.run();
    } catch (failure const&) {
        auto const broken = caches.broken_promise();
        if (!broken || how.stop.stop_requested()) throw;
        warn("a cache does not hold what it says, the build begins anew without it: " + *broken);
    }
    auto alone = how;
    alone.cache_from.clear();
    cache_set none(where, alone, warn);
    return builder{none, what, alone, epoch, where, t}.run();
}

}  // namespace constage::engine

#endif
