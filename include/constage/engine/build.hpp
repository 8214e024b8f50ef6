// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_BUILD_HPP_INCLUDED
#define CONSTAGE_ENGINE_BUILD_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/cache_place.hpp>
#include <constage/engine/observer.hpp>
#include <constage/engine/output.hpp>
#include <constage/files/archive.hpp>
#include <constage/files/tree.hpp>
#include <constage/plan/plan.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace constage::files {
class tree;
}

/// Builds the images of a plan: `engine::build(plan, options)`. No output, no signals, no exit, no global state.
namespace constage::engine {

struct failed_run;

struct secret {
    std::string id, src, env;  ///< file or environment variable
};

/// In the year 2262: the last second since 1970 whose nanoseconds are a std::int64_t.
inline constexpr std::int64_t latest_epoch = 9'223'372'036;

struct options {
    std::string context = ".";                         ///< a directory
    std::shared_ptr<files::tree const> context_files;  ///< instead of the directory's: of an archive or a repository (engine/context.hpp)
    std::optional<std::string> dockerfile;             ///< its path, for <Dockerfile>.dockerignore
    std::vector<std::string> targets;                  ///< empty: the plan's
    std::map<std::string, std::string> build_args;
    std::vector<std::pair<std::string, std::string>>
        build_contexts;                  ///< name, value as written (oci-layout://…, docker-image://…, directory)
    std::vector<std::string> platforms;  ///< empty: this machine's
    std::vector<output> outputs;         ///< empty: into the store
    std::vector<std::string> tags;
    std::map<std::string, std::string> labels;
    std::vector<std::pair<std::string, std::string>> annotations;
    bool no_cache = false;
    std::vector<std::string> no_cache_filter;
    bool pull = false;
    std::vector<cache_place> cache_from, cache_to;
    std::vector<secret> secrets;
    std::vector<std::string> ssh;
    std::string network;             ///< build-wide default: default, none, host
    std::vector<std::string> allow;  ///< network.host, security.insecure
    std::vector<std::string> add_hosts, ulimits;
    std::uint64_t shm_size = 0;
    files::archive_limits unpack;                   ///< of base layers and of archives that ADD unpacks
    std::string store;                              ///< empty: default_store()
    int jobs = 0;                                   ///< 0: number of cores, at least 2… steps at the same time
    std::string oci_runtime;                        ///< empty: crun, else runc
    std::vector<std::string> plain_http;            ///< registries without TLS
    std::optional<std::int64_t> source_date_epoch;  ///< --timestamp; also $SOURCE_DATE_EPOCH as build-arg; at most `latest_epoch`
    observer* progress = nullptr;
    std::function<void(failed_run&)> on_failed_run;  ///< when nothing else runs any more, before build() throws (engine/failed_run.hpp)
    std::stop_token stop;
};

/// $XDG_DATA_HOME/constage or ~/.local/share/constage; /var/lib/constage for root.
std::string default_store();

/// What happened, for the summary. Sizes in bytes, times in nanoseconds.
struct step_report {
    std::size_t task = 0;   ///< id in task_info
    std::size_t stage = 0;  ///< index in the plan
    std::string text;
    plan::source where;
    bool cached = false, in_image = false;
    std::int64_t time = 0;
    std::uint64_t layer_size = 0;  ///< compressed, 0 unless in_image
    std::uint64_t file_bytes = 0;  ///< bytes of regular files that the step put into its stage
};
struct stage_report {
    std::string name;
    bool in_image = false;  ///< its layers are the image's (FROM chain of the target)
    std::int64_t begin = 0, end = 0, busy = 0;
    std::uint64_t file_bytes = 0;     ///< of everything in the stage, base included
    std::uint64_t shipped_bytes = 0;  ///< of those, bytes that are in an image
};
struct image_report {
    std::string target, platform;
    std::string digest;  ///< of the manifest
    std::string config_digest;
    std::uint64_t size = 0;        ///< compressed layers
    std::uint64_t file_bytes = 0;  ///< unpacked
    std::uint64_t base_bytes = 0;  ///< of those, from the base image
};
struct base_report {
    std::string name, wanted;           ///< of FROM: the image, the platform
    std::string platform;               ///< that the image has
    std::vector<std::string> env;       ///< "K=V"
    std::vector<std::string> on_build;  ///< triggers
    bool has_shell = false;             ///< its configuration has a SHELL
};
struct report {
    std::vector<image_report> images;
    std::vector<base_report> bases;
    std::string index_digest;  ///< several platforms
    std::vector<stage_report> stages;
    std::vector<step_report> steps;
    std::int64_t wall = 0, critical_path = 0;
    std::uint64_t left_behind = 0;  ///< bytes of build stages that are in no image
    files::tree context;            ///< what was read of the build context; empty if nothing was
};

/// True if this build needs privilege (a RUN in a needed stage): a program then calls enter_user_namespace() first. Of what only base
/// images tell, their ONBUILD triggers, build() says so: by a privilege_failure (engine/sandbox.hpp), before anything was done.
bool needs_privilege(plan::plan const& what, options const& how);

/// Throws constage::failure; nothing half-written is left at any output.
report build(plan::plan const& what, options const& how);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/build.ipp>
#endif
#endif
