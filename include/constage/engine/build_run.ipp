// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_BUILD_RUN_IPP_INCLUDED
#define CONSTAGE_ENGINE_BUILD_RUN_IPP_INCLUDED

#include <constage/engine/build_run.hpp>
#include <constage/failure.hpp>
#include <constage/plan/resolve.hpp>

namespace constage::engine {

namespace build_run_detail {

/// What a task's job does: says that it began and how it ended, and puts the task's place into what goes wrong.
struct task_job {
    platform_build& b;
    plan::plan const* names;
    transfer_teller const* transfers;
    teller& t;
    std::size_t index;

    std::size_t id() const { return b.first_id + index; }

    bool quick() const {
        auto& time = b.time[index];
        time.begin = t.now();
        return guarded([&] {
            if (!b.done->try_cached(index)) return false;
            time.end = t.now();
            auto const& what = b.what.tasks[index];
            auto const base = what.what == task::kind::base;
            if (base && transfers->waits_for(what.base.id)) return true;  // told when it has come, if something needs it
            t.tell([&](observer& o) { o.finished(id(), base ? outcome::done : outcome::cached, time.end, ""); });
            return true;
        });
    }

    void work() const {
        auto& time = b.time[index];
        time.begin = t.now();
        t.tell([&](observer& o) { o.started(id(), time.begin); });
        guarded([&] {
            b.done->run(index, [&](int fd, std::string_view bytes) { t.tell([&](observer& o) { o.output(id(), fd, bytes); }); });
            time.end = t.now();
            auto const& why = b.done->why(index);
            time.ran = !why.empty();
            t.tell([&](observer& o) { o.finished(id(), time.ran ? outcome::done : outcome::cached, time.end, why); });
            return true;
        });
    }

    template <class F>
    bool guarded(F const& f) const {
        try {
            return f();
        } catch (failure& e) {
            t.tell([&](observer& o) {
                o.finished(id(), std::string_view(e.what()) == "cancelled" ? outcome::cancelled : outcome::failed, t.now(), e.what());
            });
            auto const& what = b.what.tasks[index];
            throw std::move(e)
                .with_where(plan::where(what.where))
                .with_instruction(what.text)
                .with_stage(what.stage == nothing || !names ? "" : plan::stage_name(*names, what.stage));
        }
    }
};

/// Makes one layer of an image, and writes it to the archives of its format meanwhile.
struct layer_job {
    platform_build& b;
    store& where;
    std::vector<archive_of_format> const& archives;
    layer_format const& format;
    std::size_t task, number;  ///< number: in the image
    layer_record& result;

    bool quick() const {
        auto found = b.done->caches().find_layer(layer_name(b.done->record(task).result, format));
        if (found) has(std::move(*found));
        return found.has_value();
    }
    void work() const {
        has(make_layer(*b.done, task, format, where,
                       [this](std::string_view bytes) { for_each_archive([&](early_archive& a) { a.write(number, bytes); }); }));
    }

private:
    void has(layer_record&& record) const {
        result = std::move(record);
        for_each_archive([&](early_archive& a) { a.found(number, result.blob); });
    }
    template <class F>
    void for_each_archive(F const& f) const {
        for (auto const& a : archives)
            if (a.archive && a.format == format) f(*a.archive);
    }
};

}  // namespace build_run_detail

CONSTAGE_INLINE transfer_teller::transfer_teller(base_set& bases, std::vector<std::unique_ptr<platform_build>> const& builds, teller& t)
    : bases_(bases), t_(t) {
    for (auto const& b : builds)
        for (std::size_t i = 0; i != b->what.tasks.size(); ++i)
            if (auto const& task = b->what.tasks[i]; task.what == task::kind::base && !bases.complete(task.base.id))
                open_.emplace(task.base.id, open_task{b->first_id + i, {}});
    bases.told.began = [this](std::size_t base) {
        if (auto const at = open_.find(base); at != open_.end()) t_.tell([&](observer& o) { o.started(at->second.id, t_.now()); });
    };
    bases.told.moved = [this](std::size_t base, std::uint64_t done, std::uint64_t total) {
        if (auto const at = open_.find(base); at != open_.end()) t_.tell([&](observer& o) { o.transferred(at->second.id, done, total); });
    };
    bases.told.ended = [this](std::size_t base, bool ok) {
        if (auto const at = open_.find(base); at != open_.end())
            end(at->second, ok ? outcome::done : outcome::failed, ok ? "" : "the transfer failed");
    };
}

CONSTAGE_INLINE transfer_teller::~transfer_teller() {
    bases_.told = {};
    try {
        for (auto& [base, task] : open_)
            if (!task.ended) end(task, bases_.complete(base) ? outcome::done : outcome::skipped, "");
    } catch (...) {  // an observer that throws has been told enough
    }
}

CONSTAGE_INLINE void transfer_teller::end(open_task& task, outcome how, std::string const& why) {
    task.ended = how;
    t_.tell([&](observer& o) { o.finished(task.id, how, t_.now(), why); });
}

CONSTAGE_INLINE void add_jobs(std::vector<job>& jobs, platform_build& b, std::vector<layer_format> const& formats,
                              std::vector<archive_of_format> const& archives, store& where, base_set& bases,
                              transfer_teller const& transfers, teller& t) {
    auto const first = jobs.size();
    for (std::size_t i = 0; i != b.what.tasks.size(); ++i) {
        auto needs = b.what.tasks[i].needs();
        for (auto& n : needs) n += first;
        build_run_detail::task_job const j{b, b.names, &transfers, t, i};
        jobs.push_back({std::move(needs), [j] { return j.quick(); }, [j] { j.work(); }});
    }
    if (formats.empty()) return;
    auto const& targets = b.what.resolution.targets;
    b.layers.resize(targets.size() * formats.size());
    for (std::size_t target = 0; target != targets.size(); ++target) {
        auto const& stage = b.what.stages[targets[target]];
        if (stage.base != nothing)  // the image names the base's layers, so they must be there
            jobs.push_back({{first + stage.base},
                            [&b, &bases, task = stage.base] { return bases.complete(b.what.tasks[task].base.id); },
                            [&b, &bases, task = stage.base] { bases.fetch(b.what.tasks[task].base.id); }});
        for (std::size_t f = 0; f != formats.size(); ++f) {
            auto& list = b.layers[target * formats.size() + f];
            list.resize(stage.layers.size());
            for (std::size_t l = 0; l != stage.layers.size(); ++l) {
                build_run_detail::layer_job const j{b, where, archives, formats[f], stage.layers[l], l, list[l]};
                jobs.push_back({{first + stage.layers[l]}, [j] { return j.quick(); }, [j] { j.work(); }});
            }
        }
    }
}

}  // namespace constage::engine

#endif
