// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_STEP_HPP_INCLUDED
#define CONSTAGE_DSL_STEP_HPP_INCLUDED

#include <constage/detail/text_view.hpp>

/// The erased form of instructions: an array of steps, each with a run of tagged words. A graph's type holds only the lengths of
/// these arrays, so that compiling does not slow down with the number of stages (DESIGN: structure in types, text in values).
namespace constage::dsl {

using detail::text_view;

enum class op : unsigned char {
    from,
    run,
    copy,
    add,
    arg,
    env,
    label,
    expose,
    volume,
    user,
    workdir,
    entrypoint,
    cmd,
    healthcheck,
    shell,
    stopsignal,
    maintainer,
    trigger,  ///< ONBUILD given as text
};

/// What a word of a step is.
enum class role : unsigned char {
    none,
    // where files or a base come from
    scratch,
    image,
    stage,        ///< the name of a stage; "12" is the twelfth stage
    select_text,  ///< followed by as many `choice` words as there are choices
    choice,
    platform,
    // commands
    shell_text,
    argv,
    script,    ///< the body of a plain heredoc
    no_check,  ///< HEALTHCHECK NONE
    // heredocs: name, then body, then its options
    heredoc_name,
    heredoc_body,
    verbatim,
    chomp,
    fd,
    // COPY and ADD
    source,
    destination,
    chown,
    chmod,
    link,
    parents,
    exclude,
    checksum,
    keep_git_dir,
    unpack,
    // RUN --mount: `mount` is its type and starts it; the options follow
    mount,
    mount_from_stage,
    mount_from_image,
    mount_target,
    mount_source,
    mount_id,
    mount_sharing,
    mount_readonly,
    mount_required,
    mount_mode,
    mount_uid,
    mount_gid,
    mount_size,
    mount_env,
    network,
    security,
    device,
    // pairs and lists
    key,
    value,
    item,
    // HEALTHCHECK
    interval,
    timeout,
    start_period,
    start_interval,
    retries,
};

/// A word. No text and no number: an option that was not given; readers skip it.
struct word {
    char const* text = nullptr;
    unsigned size = 0;  ///< of the text; or the number itself
    role what = role::none;
    bool number = false;  ///< `size` is a number (a mode is written in octal, all others in decimal)

    constexpr word() = default;
    constexpr word(text_view t, role r) : text(t.data), size(t.size), what(r) {}

    constexpr bool given() const { return text != nullptr || number; }
    constexpr text_view view() const { return {text, text ? size : 0}; }
};

/// Where an instruction stands.
struct where {
    unsigned line = 0;
    char const* file = "";

    constexpr where() = default;
    constexpr where(unsigned l, char const* f) : line(l), file(f) {}
};
// As a default argument: the place of the call. (With braces g++ 12 gives the place of the declaration.)
#define CONSTAGE_HERE ::constage::dsl::where(__builtin_LINE(), __builtin_FILE())

struct step {
    char const* file = "";
    unsigned line = 0;
    unsigned first = 0, count = 0;  ///< its words
    op what = op::from;
    bool trigger = false;  ///< ONBUILD

    constexpr step() = default;
    constexpr step(op o, unsigned n, where w) : file(w.file), line(w.line), count(n), what(o) {}
};

/// How one stage needs another.
enum class edge : unsigned char {
    from,    ///< inherits it: FROM
    copy,    ///< takes files of it: COPY --from
    mount,   ///< sees its files while a RUN runs: ships nothing
    select,  ///< may inherit it: a choice made at run time
    onbuild  ///< an instruction kept for those that build on it needs it
};

/// A need whose name is not looked up yet.
struct wanted {
    unsigned user = 0;  ///< number of the stage that needs it
    text_view name;
    edge kind = edge::from;
};

/// What the type of an item of a graph says about it: a stage, or targets(…) with the stages in it, or args(…).
struct row {
    text_view name;
    wanted const* needs = nullptr;
    unsigned n_needs = 0, n_steps = 0, n_words = 0;
    row const* inner = nullptr;
    unsigned n_inner = 0, n_args = 0;
};

}  // namespace constage::dsl

#endif
