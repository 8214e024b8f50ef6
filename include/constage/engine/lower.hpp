// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LOWER_HPP_INCLUDED
#define CONSTAGE_ENGINE_LOWER_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/mount.hpp>
#include <constage/oci/config.hpp>
#include <constage/plan/resolve.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// From a plan to tasks: variables expanded, configurations computed, only what the targets need. Pure, but for the base images'
/// configurations.
namespace constage::engine {

/// No task: the empty file system.
inline constexpr std::size_t nothing = static_cast<std::size_t>(-1);

/// A file system that comes from outside: an image or a named context.
struct base_image {
    std::size_t id = 0;        ///< the provider's own number for it
    oci::image_config config;  ///< of a directory: empty
    bool directory = false;    ///< a local named context
    bool empty = false;        ///< has no layers (S015): the same as scratch
};

/// Gives the base image of a name (a reference or a named context). Throws constage::failure.
using base_provider = std::function<base_image(std::string const& name, oci::platform const& platform)>;

struct lowered_run {
    std::vector<std::string> argv;
    std::vector<std::pair<std::string, std::string>> env;      ///< without the proxy variables
    std::set<std::string> args;                                ///< names in `env` whose value is an ARG's
    std::vector<std::pair<std::string, std::string>> proxies;  ///< in the environment, not in the key (A008)
    std::string cwd, user, network, hostname;
    std::string cwd_as_written;  ///< the runtime makes it: `/a/x/../y` makes x too (recorded)
    bool insecure = false;
    std::vector<lowered_mount> mounts;
    std::vector<std::pair<std::string, std::string>> scripts;  ///< heredocs with a shebang: path, content (R023)
    std::string message;                                       ///< `/bin/sh -c …` as in R005
};

struct lowered_copy {
    bool add = false;
    bool from_context = true;
    std::size_t from = nothing;                              ///< task whose file system is the source
    std::vector<std::string> sources;                        ///< expanded
    std::vector<std::pair<std::string, std::string>> files;  ///< heredocs: name, content
    std::string destination, workdir, chown, chmod, checksum;
    std::vector<std::string> exclude;
    bool link = false, parents = false;
    std::optional<bool> keep_git_dir, unpack;
};

struct lowered_workdir {
    std::string path, user;
};

/// Something that makes a file system.
struct task {
    enum class kind : unsigned char { base, run, copy, workdir };
    kind what = kind::base;
    std::size_t stage = nothing;     ///< index in the plan; nothing: an image that only COPY or a mount reads
    std::size_t parent = nothing;    ///< task whose file system it changes
    std::size_t number = 0, of = 0;  ///< [build 2/5]
    std::string text;
    plan::source where;
    bool no_cache = false;
    base_image base;
    lowered_run run;
    lowered_copy copy;
    lowered_workdir workdir;

    /// Tasks that must be done before this one.
    std::vector<std::size_t> needs() const;
};

struct lowered_stage {
    bool needed = false;
    std::size_t files = nothing;                                 ///< task with the stage's final file system
    std::size_t base = nothing;                                  ///< task of the image it started from
    oci::image_config config;                                    ///< diff_ids: the base image's only; history: all, in order
    std::vector<std::size_t> layers;                             ///< tasks whose changes are the layers after the base's
    std::vector<std::pair<std::string, std::string>> variables;  ///< environment of the next instruction: ENV and ARG (V018)
    std::vector<std::pair<std::string, std::optional<std::string>>> build_args;  ///< ARGs in order of declaration (A007)
};

struct lowering {
    plan::resolution resolution;
    std::vector<task> tasks;            ///< needs come before users
    std::vector<lowered_stage> stages;  ///< as many as plan::stages
};

struct lower_options {
    plan::choice choice;
    std::string network;             ///< build-wide default
    std::vector<std::string> allow;  ///< entitlements
    bool no_cache = false;
    std::vector<std::string> no_cache_filter;
    std::function<plan::step(std::string const& text, plan::source const& where)> read_trigger;  ///< ONBUILD of a base image (G014)
};

/// Throws constage::failure with place, stage and instruction.
lowering lower(plan::plan const& what, lower_options const& how, base_provider const& bases);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/lower.ipp>
#endif
#endif
