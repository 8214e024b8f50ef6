// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_RUN_HPP_INCLUDED
#define CONSTAGE_DSL_RUN_HPP_INCLUDED

#include <constage/dsl/command.hpp>
#include <constage/dsl/from.hpp>
#include <constage/dsl/mount.hpp>

namespace constage::dsl {

template <unsigned Words, class... Needs>
struct run_step;

template <edge Kind, unsigned Words, class... Old, class... Names>
auto run_with(need_list<Old...>, need_list<Names...>) -> run_step<Words, Old..., need<Kind, Names>...>;

/// RUN. Mounts and options are methods that return the instruction with them added.
template <unsigned Words, class... Needs>
struct run_step : block<1, Words, 0, Needs...> {
private:
    template <class... W>
    constexpr run_step<Words + sizeof...(W), Needs...> with(W const&... more) const {
        return {{extended<Words + sizeof...(W)>(*this, {more...})}};
    }
    /// The last word says where the mount's files come from: readers take it for the last mount's.
    template <class From, class... W>
    constexpr auto with_files(From const& from, W const&... more) const {
        constexpr unsigned n = Words + 1 + sizeof...(W);
        using result = decltype(run_with<edge::mount, n>(need_list<Needs...>{}, from_files(from)));
        (void)from_files(from);
        auto last = from.words[0];
        last.what = last.what == role::image ? role::mount_from_image : role::mount_from_stage;
        return result{{extended<n>(*this, {more..., last})}};
    }

public:
    /// A directory that survives builds: never in the image, never in the key (R009).
    constexpr auto cache(mount_path target) const { return with(word("cache", role::mount), word(target.text, role::mount_target)); }
    constexpr auto cache(mount_path target, cache_options o) const {
        return with(word("cache", role::mount), word(target.text, role::mount_target), word(o.id.text, role::mount_id),
                    word(o.sharing.text, role::mount_sharing), word(o.readonly.text, role::mount_readonly), o.mode.as(role::mount_mode),
                    o.uid.as(role::mount_uid), o.gid.as(role::mount_gid));
    }
    /// The same, with what it starts with.
    template <source_of_files From>
    constexpr auto cache(From const& from, image_path source, mount_path target, cache_options o = {}) const {
        return with_files(from, word("cache", role::mount), word(source.text, role::mount_source), word(target.text, role::mount_target),
                          word(o.id.text, role::mount_id), word(o.sharing.text, role::mount_sharing),
                          word(o.readonly.text, role::mount_readonly), o.mode.as(role::mount_mode), o.uid.as(role::mount_uid),
                          o.gid.as(role::mount_gid));
    }

    /// Files of the build context, or of a stage or image, visible while the command runs (R008).
    constexpr auto bind(mount_path target, bind_options o = {}) const {
        return with(word("bind", role::mount), word(target.text, role::mount_target), word(read_only(o), role::mount_readonly));
    }
    constexpr auto bind(context_path source, mount_path target, bind_options o = {}) const {
        return with(word("bind", role::mount), word(source.text, role::mount_source), word(target.text, role::mount_target),
                    word(read_only(o), role::mount_readonly));
    }
    template <source_of_files From>
    constexpr auto bind(From const& from, mount_path target, bind_options o = {}) const {
        return with_files(from, word("bind", role::mount), word(target.text, role::mount_target), word(read_only(o), role::mount_readonly));
    }
    template <source_of_files From>
    constexpr auto bind(From const& from, image_path source, mount_path target, bind_options o = {}) const {
        return with_files(from, word("bind", role::mount), word(source.text, role::mount_source), word(target.text, role::mount_target),
                          word(read_only(o), role::mount_readonly));
    }

    /// A file or variable that leaves no trace (R012).
    constexpr auto secret(expanded_text id) const { return with(word("secret", role::mount), word(id.text, role::mount_id)); }
    constexpr auto secret(expanded_text id, secret_options o) const {
        return with(word("secret", role::mount), word(id.text, role::mount_id), word(o.target.text, role::mount_target),
                    word(o.env.text, role::mount_env), word(o.required.text, role::mount_required), o.mode.as(role::mount_mode),
                    o.uid.as(role::mount_uid), o.gid.as(role::mount_gid));
    }
    /// The caller's ssh agent (R013).
    constexpr auto ssh() const { return with(word("ssh", role::mount)); }
    constexpr auto ssh(ssh_options o) const {
        return with(word("ssh", role::mount), word(o.id.text, role::mount_id), word(o.target.text, role::mount_target),
                    word(o.required.text, role::mount_required), o.mode.as(role::mount_mode), o.uid.as(role::mount_uid),
                    o.gid.as(role::mount_gid));
    }
    constexpr auto ssh(expanded_text id, ssh_options o = {}) const {
        o.id = id;
        return ssh(o);
    }
    /// An empty directory in memory (R011).
    constexpr auto tmpfs(mount_path target, tmpfs_options o = {}) const {
        return with(word("tmpfs", role::mount), word(target.text, role::mount_target), o.size.as(role::mount_size));
    }

    /// default, none (only loopback), host (needs `--allow network.host`).
    constexpr auto network(network_text mode) const { return with(word(mode.text, role::network)); }
    /// sandbox, insecure (needs `--allow security.insecure`).
    constexpr auto security(security_text mode) const { return with(word(mode.text, role::security)); }
    constexpr auto device(plain_text name) const { return with(word(name.text, role::device)); }

    /// The body of `<<name` in a command of the shell form: `run("python3 <<EOF").heredoc("EOF", R"(…)")` (R024).
    constexpr auto heredoc(plain_text name, plain_text body, heredoc_options o = {}) const {
        word w[heredoc_text::n_words];
        heredoc_text{name.text, body_of(body.text), o}.write(w);
        return with(w[0], w[1], w[2], w[3], w[4]);
    }

private:
    static constexpr text_view read_only(bind_options const& o) {
        if (o.rw.text.given()) return o.rw.is(true) ? "false" : o.rw.is(false) ? "true" : o.rw.text;
        return o.readonly.text;
    }
};

}  // namespace constage::dsl

namespace constage {

/// The shell form: SHELL (default `/bin/sh -c`) gets the text. Not expanded: `$x` is the shell's.
constexpr dsl::run_step<1> run(dsl::command_text command, dsl::where at = CONSTAGE_HERE) {
    dsl::run_step<1> r{};
    r.steps[0] = dsl::step(dsl::op::run, 1, at);
    r.words[0] = {command.text, dsl::role::shell_text};
    return r;
}
template <unsigned N>
constexpr dsl::run_step<N> run(dsl::exec_words<N> argv, dsl::where at = CONSTAGE_HERE) {
    static_assert(N > 0, "run(exec()) has no command");
    dsl::run_step<N> r{};
    r.steps[0] = dsl::step(dsl::op::run, N, at);
    for (unsigned i = 0; i != N; ++i) r.words[i] = argv.words[i];
    return r;
}
constexpr dsl::run_step<1> run(dsl::script_text body, dsl::where at = CONSTAGE_HERE) {
    dsl::run_step<1> r{};
    r.steps[0] = dsl::step(dsl::op::run, 1, at);
    r.words[0] = {body.body, dsl::role::script};
    return r;
}

}  // namespace constage

#endif
