// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_BUILD_RUN_HPP_INCLUDED
#define CONSTAGE_ENGINE_BUILD_RUN_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/assemble.hpp>
#include <constage/engine/bases.hpp>
#include <constage/engine/build.hpp>
#include <constage/engine/early_archive.hpp>
#include <constage/engine/execution.hpp>
#include <constage/engine/last_build.hpp>
#include <constage/engine/schedule.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

/// The parts of engine::build: one platform's work, the telling of it, the outputs, the report.
namespace constage::engine {

/// Tells the observer, one call at a time, with times since the build began.
class teller {
public:
    explicit teller(observer* to) : to_(to), begin_(std::chrono::steady_clock::now()) {}
    std::int64_t now() const {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin_).count();
    }
    /// Calls `f(observer)` if there is one.
    template <class F>
    void tell(F const& f) {
        if (!to_) return;
        std::lock_guard const hold(guard_);
        f(*to_);
    }

private:
    observer* to_;
    std::chrono::steady_clock::time_point begin_;
    std::mutex guard_;
};

/// Everything that is known of the build for one platform.
struct platform_build {
    oci::platform platform;
    plan::plan const* names = nullptr;  ///< for the names of its stages
    lowering what;
    std::unique_ptr<execution> done;
    std::size_t first_id = 0;  ///< progress id of its first task
    struct times {
        std::int64_t begin = 0, end = 0;
        bool ran = false;
    };
    std::vector<times> time;                        ///< of each task
    std::vector<std::vector<layer_record>> layers;  ///< [target * formats + format]: in order
    std::vector<oci::image> images;                 ///< [target * formats + format]
};

/// Tells of the bases that are not complete when the build begins: what comes is finished when it is here, what nothing needs is skipped.
class transfer_teller {
public:
    transfer_teller(base_set& bases, std::vector<std::unique_ptr<platform_build>> const& builds, teller& t);
    ~transfer_teller();
    transfer_teller(transfer_teller const&) = delete;
    bool waits_for(std::size_t base) const { return open_.contains(base); }

private:
    struct open_task {
        std::size_t id;  ///< progress id
        std::optional<outcome> ended;
    };
    void end(open_task& task, outcome how, std::string const& why);

    base_set& bases_;
    teller& t_;
    std::map<std::size_t, open_task> open_;  ///< by the base's id
};

/// Archives that are written while their image's layers, of that format, are made.
struct archive_of_format {
    layer_format format;
    std::unique_ptr<early_archive> archive;  ///< none if the output is none, or is one for several images
};

/// Jobs of one platform: its tasks, then the layers of its targets and the blobs of their bases.
void add_jobs(std::vector<job>& jobs, platform_build& b, std::vector<layer_format> const& formats,
              std::vector<archive_of_format> const& archives, store& where, base_set& bases, transfer_teller const& transfers, teller& t);

/// Writes one output. `images`: in the output's format, platform by platform, target by target. `begun`: its archive, if there is one.
void write_output(output const& o, std::vector<oci::image> const& images, std::vector<std::unique_ptr<platform_build>> const& builds,
                  early_archive* begun, options const& how, store& where);

/// Writes what this build used and made: with mode=max all steps, else those whose files are in the image.
void write_cache(cache_place const& to, std::vector<std::unique_ptr<platform_build>> const& builds, options const& how, store& where);

/// Makes the store's index.json name these images, so that the store is an OCI layout for other tools.
void tag_in_store(store& where, std::vector<oci::image> const& images, std::vector<std::string> const& tags);

/// Tasks whose files are in an image because it is built on them.
std::set<std::size_t> tasks_in_images(platform_build const& b);

/// Which step a task is, without what became of it.
step_story story_of(platform_build const& b, std::size_t task);
/// The key that a task had in the build before; "" if that did not have it: then it is new in its stage.
std::string last_key(platform_build const& b, std::size_t task, build_story const& before);
/// What became of each step so far. Bases are left out.
build_story make_story(std::vector<std::unique_ptr<platform_build>> const& builds);

/// Keeps the story of the build in the store when the build ends, however it does.
class story_keeper {
public:
    story_keeper(plan::plan const& what, std::vector<std::unique_ptr<platform_build>> const& builds, earlier_build& earlier)
        : what_(what), builds_(builds), earlier_(earlier) {}
    ~story_keeper();
    story_keeper(story_keeper const&) = delete;

private:
    plan::plan const& what_;
    std::vector<std::unique_ptr<platform_build>> const& builds_;
    earlier_build& earlier_;
};

report make_report(plan::plan const& what, std::vector<std::unique_ptr<platform_build>> const& builds, base_set& bases, std::int64_t wall);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/build_report.ipp>
#include <constage/engine/build_run.ipp>
#include <constage/engine/write_cache.ipp>
#include <constage/engine/write_output.ipp>
#endif
#endif
