// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_PLAN_HPP_INCLUDED
#define CONSTAGE_PLAN_PLAN_HPP_INCLUDED

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// The narrow waist: plain values that every front end makes and every back end reads.
///
/// All text is *as written* in the sense of a Dockerfile: `$VAR` is still in it, quotes and escapes too, for most of it can only be
/// expanded when the base image's environment is known (plan/expand.hpp does it, engine/lower.hpp decides when). The escape character is
/// always the backslash (F013 is the reader's matter).
/// Semantics: the rows F, V, A, S, R, C, G, H of the Dockerfile reference. JSON form: plan/json.hpp.
namespace constage::plan {

/// Where a thing was written. Not part of a plan's meaning: `operator==` of plans ignores it, JSON keeps it under "source".
struct source {
    std::string file;   ///< "build.cpp", "Dockerfile"; empty: unknown
    int line = 0;       ///< 1-based; 0: unknown
    int last_line = 0;  ///< of an instruction that spans several; 0: the same as `line`

    friend bool operator==(source const&, source const&) { return true; }
};

/// What a stage is built on, or where COPY, ADD and mounts take their files from.
struct reference {
    enum class kind : unsigned char {
        context,  ///< the build context (COPY and mounts only)
        scratch,  ///< nothing at all (FROM only)
        stage,    ///< an earlier stage
        image,    ///< an image or a named context
        select,   ///< FROM only: text with variables that may come to name one of `choices`, or else an image
    };
    kind what = kind::context;
    std::size_t stage = 0;             ///< kind::stage: index into plan::stages
    std::string text;                  ///< the name as written (of a stage: lower-cased name or number; of an image: with its variables)
    std::vector<std::size_t> choices;  ///< kind::select: the stages it may come to mean, ascending

    friend bool operator==(reference const&, reference const&) = default;
};

/// A command: shell form (one element, run by SHELL) or exec form (argv as written).
struct command {
    bool shell = true;
    std::vector<std::string> words;

    friend bool operator==(command const&, command const&) = default;
};

/// A heredoc as written; the body includes its last newline.
struct heredoc {
    std::string name;
    std::string body;
    bool expand = true;  ///< false if the delimiter was quoted
    bool chomp = false;  ///< `<<-`: leading tabs are stripped (COPY/ADD and plain RUN: already done in `body`)
    int fd = 0;

    friend bool operator==(heredoc const&, heredoc const&) = default;
};

/// RUN --mount. Options keep their text, for it may hold variables (V014); keys are canonical: type target source id sharing
/// readonly required mode uid gid size env. Flags are "true" or "false" (`ro` is readonly=true, `rw` readonly=false).
/// A missing "type" means bind. engine/mount.hpp gives the typed reading.
struct mount {
    reference from;  ///< context unless from= was given
    std::map<std::string, std::string> options;

    friend bool operator==(mount const&, mount const&) = default;
};

// ---- instructions --------------------------------------------------------------------------------------------------

using pairs = std::vector<std::pair<std::string, std::string>>;

struct arg {
    std::string name;
    std::optional<std::string> value;  ///< the default as written; none: `ARG name`
    friend bool operator==(arg const&, arg const&) = default;
};

struct run {
    command what;                   ///< plain heredoc form: shell, one word = the body (R022)
    std::vector<heredoc> heredocs;  ///< R023 (plain, body starts with #!), R024 (several or in a command)
    std::vector<mount> mounts;
    std::string network;               ///< "", default, none, host
    std::string security;              ///< "", sandbox, insecure
    std::vector<std::string> devices;  ///< --device as written
    friend bool operator==(run const&, run const&) = default;
};

struct copy {
    bool add = false;                  ///< ADD
    reference from;                    ///< ADD: always the context
    std::vector<std::string> sources;  ///< paths, patterns; of ADD also URLs and git references
    std::vector<heredoc> files;        ///< inline files, in order, after `sources`
    std::string destination;
    std::string chown, chmod, checksum;
    std::vector<std::string> exclude;
    bool link = false, parents = false;
    std::optional<bool> keep_git_dir, unpack;
    friend bool operator==(copy const&, copy const&) = default;
};

struct args {
    std::vector<arg> list;
    friend bool operator==(args const&, args const&) = default;
};
struct env {
    pairs list;
    friend bool operator==(env const&, env const&) = default;
};
struct label {
    pairs list;
    friend bool operator==(label const&, label const&) = default;
};
struct expose {
    std::vector<std::string> ports;
    friend bool operator==(expose const&, expose const&) = default;
};
struct volume {
    std::vector<std::string> paths;
    friend bool operator==(volume const&, volume const&) = default;
};
struct user {
    std::string text;
    friend bool operator==(user const&, user const&) = default;
};
struct workdir {
    std::string path;
    friend bool operator==(workdir const&, workdir const&) = default;
};
struct entrypoint {
    command what;
    friend bool operator==(entrypoint const&, entrypoint const&) = default;
};
struct cmd {
    command what;
    friend bool operator==(cmd const&, cmd const&) = default;
};
struct shell {
    std::vector<std::string> words;
    friend bool operator==(shell const&, shell const&) = default;
};
struct stopsignal {
    std::string text;
    friend bool operator==(stopsignal const&, stopsignal const&) = default;
};
struct maintainer {
    std::string text;
    friend bool operator==(maintainer const&, maintainer const&) = default;
};

struct healthcheck {
    bool none = false;
    command test;
    std::string interval, timeout, start_period, start_interval;  ///< Go durations as written, "" = not given
    std::string retries;
    friend bool operator==(healthcheck const&, healthcheck const&) = default;
};

/// The trigger's text, as Docker stores it in the image's config (G014).
struct onbuild {
    std::string text;
    friend bool operator==(onbuild const&, onbuild const&) = default;
};

using instruction = std::variant<run, copy, args, env, label, expose, volume, user, workdir, entrypoint, cmd, shell, stopsignal,
                                 healthcheck, onbuild, maintainer>;

/// One instruction of a stage.
struct step {
    instruction what;
    plan::source source;
    friend bool operator==(step const&, step const&) = default;
};

struct stage {
    std::string name;      ///< lower case; empty: the stage has only its number
    reference from;        ///< context never
    std::string platform;  ///< FROM --platform as written
    std::vector<step> steps;
    plan::source source;  ///< of FROM
    friend bool operator==(stage const&, stage const&) = default;
};

/// ARG before the first FROM (A002).
struct global_arg {
    arg what;
    plan::source source;
    friend bool operator==(global_arg const&, global_arg const&) = default;
};

struct plan {
    static constexpr int version = 1;  ///< of the JSON form and of what the fields mean
    std::vector<global_arg> args;
    std::vector<stage> stages;
    std::vector<std::size_t> targets;  ///< stages that are images; empty: the last stage
    friend bool operator==(plan const&, plan const&) = default;
};

}  // namespace constage::plan

#endif
