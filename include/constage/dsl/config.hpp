// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_CONFIG_HPP_INCLUDED
#define CONSTAGE_DSL_CONFIG_HPP_INCLUDED

#include <constage/dsl/block.hpp>
#include <constage/dsl/command.hpp>
#include <constage/dsl/from.hpp>

/// The instructions that change the image's configuration and the variables (rows A and G).
namespace constage::dsl {

template <class... W>
constexpr one<sizeof...(W)> step_of(op what, where at, W... w) {
    return {{{step(what, sizeof...(W), at)}, {w...}}};
}
constexpr one<1> item(op what, where at, text_view text) { return step_of(what, at, word(text, role::item)); }

template <unsigned N>
constexpr one<N> command_step(op what, where at, exec_words<N> const& argv) {
    one<N> r{};
    r.steps[0] = step(what, N, at);
    for (unsigned i = 0; i != N; ++i) r.words[i] = argv.words[i];
    return r;
}

/// An ARG: alone an instruction, in `args(…)` one of several.
template <unsigned Words>
struct arg_step : one<Words> {};

template <auto Check, class... T>
constexpr one<1 + sizeof...(T)> list_of(op what, first_text const& first, T const&... rest) {
    Check(first.text);
    return step_of(what, first.place, word(first.text, role::item), word(any_text<Check>(rest), role::item)...);
}

/// Words that alternate between keys and values.
template <class... T>
constexpr one<1 + sizeof...(T)> pairs_of(op what, first_text const& first, T const&... rest) {
    static_assert(sizeof...(T) % 2 == 1, "every name needs a value");
    auto r = step_of(what, first.place, word(first.text, role::key), word(any_text<check::variables>(rest), role::value)...);
    for (unsigned i = 0; i < r.n_words; i += 2) {
        r.words[i].what = role::key;
        check::key(r.words[i].view());
    }
    return r;
}

}  // namespace constage::dsl

namespace constage {

/// A build argument without a value, and with a default. Before a base is chosen: `graph(args(arg("V", "1")), …)`.
constexpr dsl::arg_step<1> arg(dsl::arg_name name, dsl::where at = CONSTAGE_HERE) {
    return {dsl::step_of(dsl::op::arg, at, dsl::word(name.text, dsl::role::key))};
}
constexpr dsl::arg_step<2> arg(dsl::arg_name name, dsl::expanded_text value, dsl::where at = CONSTAGE_HERE) {
    return {dsl::step_of(dsl::op::arg, at, dsl::word(name.text, dsl::role::key), dsl::word(value.text, dsl::role::value))};
}

/// ENV: one name and value, or several pairs that all see the variables of before (V016).
constexpr auto env(dsl::key_text k, dsl::expanded_text v, dsl::where at = CONSTAGE_HERE) {
    return dsl::step_of(dsl::op::env, at, dsl::word(k.text, dsl::role::key), dsl::word(v.text, dsl::role::value));
}
template <class... T>
requires(sizeof...(T) > 1) constexpr auto env(dsl::first_text first, T const&... rest) {
    return dsl::pairs_of(dsl::op::env, first, rest...);
}
constexpr auto label(dsl::key_text k, dsl::expanded_text v, dsl::where at = CONSTAGE_HERE) {
    return dsl::step_of(dsl::op::label, at, dsl::word(k.text, dsl::role::key), dsl::word(v.text, dsl::role::value));
}
template <class... T>
requires(sizeof...(T) > 1) constexpr auto label(dsl::first_text first, T const&... rest) {
    return dsl::pairs_of(dsl::op::label, first, rest...);
}

/// `expose("8080")`, `expose("8000-8010/udp", "443/tcp")`
constexpr auto expose(dsl::port_text port, dsl::where at = CONSTAGE_HERE) { return dsl::item(dsl::op::expose, at, port.text); }
template <class... T>
requires(sizeof...(T) > 0 && (!__is_class(T) || ...)) constexpr auto expose(dsl::first_text first, T const&... rest) {
    return dsl::list_of<dsl::check::port>(dsl::op::expose, first, rest...);
}

constexpr auto volume(dsl::image_path path, dsl::where at = CONSTAGE_HERE) { return dsl::item(dsl::op::volume, at, path.text); }
template <class... T>
requires(sizeof...(T) > 0 && (!__is_class(T) || ...)) constexpr auto volume(dsl::first_text first, T const&... rest) {
    return dsl::list_of<dsl::check::path>(dsl::op::volume, first, rest...);
}

/// `user`, `user:group`; for RUN, WORKDIR and the container, not for COPY.
constexpr auto user(dsl::user_text text, dsl::where at = CONSTAGE_HERE) { return dsl::item(dsl::op::user, at, text.text); }
/// Made if missing. A relative path is joined to the one before.
constexpr auto workdir(dsl::image_path path, dsl::where at = CONSTAGE_HERE) { return dsl::item(dsl::op::workdir, at, path.text); }

constexpr auto entrypoint(dsl::command_text command, dsl::where at = CONSTAGE_HERE) {
    return dsl::step_of(dsl::op::entrypoint, at, dsl::word(command.text, dsl::role::shell_text));
}
template <unsigned N>
constexpr auto entrypoint(dsl::exec_words<N> argv, dsl::where at = CONSTAGE_HERE) {
    return dsl::command_step(dsl::op::entrypoint, at, argv);
}
constexpr auto cmd(dsl::command_text command, dsl::where at = CONSTAGE_HERE) {
    return dsl::step_of(dsl::op::cmd, at, dsl::word(command.text, dsl::role::shell_text));
}
template <unsigned N>
constexpr auto cmd(dsl::exec_words<N> argv, dsl::where at = CONSTAGE_HERE) {
    return dsl::command_step(dsl::op::cmd, at, argv);
}

/// The shell of later shell forms: `shell("/bin/bash", "-o", "pipefail", "-c")`.
constexpr auto shell(dsl::plain_text a, dsl::where at = CONSTAGE_HERE) { return dsl::item(dsl::op::shell, at, a.text); }
constexpr auto shell(dsl::plain_text a, dsl::plain_text b, dsl::where at = CONSTAGE_HERE) {
    return dsl::step_of(dsl::op::shell, at, dsl::word(a.text, dsl::role::item), dsl::word(b.text, dsl::role::item));
}
template <class... T>
requires(sizeof...(T) > 1) constexpr auto shell(dsl::first_text first, T const&... rest) {
    return dsl::list_of<dsl::unchecked>(dsl::op::shell, first, rest...);
}

constexpr auto stopsignal(dsl::signal_text signal, dsl::where at = CONSTAGE_HERE) {
    return dsl::item(dsl::op::stopsignal, at, signal.text);
}
/// Deprecated in Dockerfiles: use `label("org.opencontainers.image.authors", …)`.
constexpr auto maintainer(dsl::plain_text text, dsl::where at = CONSTAGE_HERE) { return dsl::item(dsl::op::maintainer, at, text.text); }

/// An instruction for those that build on this stage or image; as text (`onbuild("RUN make")`) or as an instruction. Of an instruction
/// that stands in text constage does not know the needs.
constexpr auto onbuild(dsl::command_text instruction, dsl::where at = CONSTAGE_HERE) {
    return dsl::item(dsl::op::trigger, at, instruction.text);
}
template <dsl::instruction B>
constexpr auto onbuild(B const& what) {
    static_assert(B::n_froms == 0, "FROM cannot be an ONBUILD trigger");
    static_assert(B::n_steps == 1, "onbuild(...) takes one instruction");
    return []<class... Needs>(B const& b, dsl::need_list<Needs...>) {
        dsl::block<1, B::n_words, 0, dsl::need<dsl::edge::onbuild, Needs>...> r{};
        r.steps[0] = b.steps[0];
        r.steps[0].trigger = true;
        for (unsigned i = 0; i != B::n_words; ++i) r.words[i] = b.words[i];
        return r;
    }(what, typename B::needs{});
}

}  // namespace constage

#endif
