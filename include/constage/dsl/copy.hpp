// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_COPY_HPP_INCLUDED
#define CONSTAGE_DSL_COPY_HPP_INCLUDED

#include <constage/dsl/command.hpp>
#include <constage/dsl/from.hpp>

namespace constage::error {
void destination_of_several_sources_must_end_in_a_slash();
void checksum_needs_exactly_one_source();
void source_of_copy_must_not_be_a_url();
}  // namespace constage::error

/// COPY and ADD: from the build context, a stage, an image, or the program itself.
namespace constage::dsl {

/// COPY. Flags are methods that return the instruction with them added.
template <unsigned Words, class... Needs>
struct copy_step : block_data<1, Words> {
    using needs = need_list<Needs...>;

    /// `user[:group]`; names are those of the image that is being built.
    constexpr auto chown(owner_text owner) const { return with(owner.text, role::chown); }
    /// Octal, or symbolic as `u=rwX,go=rX`.
    constexpr auto chmod(mode_text mode) const { return with(mode.text, role::chmod); }
    /// The layer does not depend on what is below it.
    constexpr auto link(bool on = true) const { return with(on ? "true" : "false", role::link); }
    /// A pattern as in .dockerignore, relative to the source directory; repeat for more.
    constexpr auto exclude(plain_text pattern) const { return with(pattern.text, role::exclude); }
    /// Keeps the directories of the sources (behind `/./`, if a source has it).
    constexpr auto parents(bool on = true) const { return with(on ? "true" : "false", role::parents); }

private:
    constexpr copy_step<Words + 1, Needs...> with(text_view text, role r) const { return {extended<Words + 1>(*this, {word(text, r)})}; }
};

/// ADD.
template <unsigned Words>
struct add_step : block<1, Words, 0> {
    /// `user[:group]`; names are those of the image that is being built.
    constexpr auto chown(owner_text owner) const { return with(owner.text, role::chown); }
    /// Octal, or symbolic as `u=rwX,go=rX`.
    constexpr auto chmod(mode_text mode) const { return with(mode.text, role::chmod); }
    /// The layer does not depend on what is below it.
    constexpr auto link(bool on = true) const { return with(on ? "true" : "false", role::link); }
    /// A pattern as in .dockerignore, relative to the source directory; repeat for more.
    constexpr auto exclude(plain_text pattern) const { return with(pattern.text, role::exclude); }
    /// `sha256:…` of the one URL, or the commit of the one git reference.
    constexpr auto checksum(checksum_text digest) const {
        unsigned sources = 0;
        for (auto const& w : this->words) sources += w.what == role::source;
        if (sources != 1) error::checksum_needs_exactly_one_source();
        return with(digest.text, role::checksum);
    }
    constexpr auto keep_git_dir(bool on = true) const { return with(on ? "true" : "false", role::keep_git_dir); }
    /// Default: true for files of the context, false for URLs.
    constexpr auto unpack(bool on = true) const { return with(on ? "true" : "false", role::unpack); }

private:
    constexpr add_step<Words + 1> with(text_view text, role r) const { return {{extended<Words + 1>(*this, {word(text, r)})}}; }
};

/// Where files go; what came through at_runtime is not looked at.
struct destination_path {
    text_view text;
    bool literal = false;

    consteval destination_path(char const* path) : text(path), literal(true) { check::path(text); }
    template <fixed_string Text>
    consteval destination_path(detail::literal<Text>) : text(detail::literal<Text>::view()), literal(true) {
        check::path(text);
    }
    constexpr destination_path(run_time_text t) : text(t.text) {}
};

/// BuildKit writes several files over each other (C005); nobody means that.
constexpr void check_destination_of_several(text_view t) {
    bool const directory = check::is_open(t) || t.ends_with("/") || t == "." || t == ".." || t.ends_with("/.");
    if (!directory) error::destination_of_several_sources_must_end_in_a_slash();
}

/// Sources and destination; room for `More` words behind them.
template <unsigned More = 0, unsigned N>
constexpr block_data<1, N + 1 + More> files_words(op what, where at, destination_path destination, text_view const (&sources)[N]) {
    if (N > 1 && destination.literal) check_destination_of_several(destination.text);
    block_data<1, N + 1 + More> r{};
    r.steps[0] = step(what, N + 1 + More, at);
    for (unsigned i = 0; i != N; ++i) {
        if (what == op::copy && (sources[i].starts_with("http://") || sources[i].starts_with("https://")))
            error::source_of_copy_must_not_be_a_url();
        r.words[i] = word(sources[i], role::source);
    }
    r.words[N] = word(destination.text, role::destination);
    return r;
}
template <unsigned N>
constexpr copy_step<N + 1> copy_words(where at, destination_path destination, text_view const (&sources)[N]) {
    return {files_words(op::copy, at, destination, sources)};
}
template <unsigned N>
constexpr add_step<N + 1> add_words(where at, destination_path destination, text_view const (&sources)[N]) {
    return {{files_words(op::add, at, destination, sources)}};
}

template <unsigned Words, class... Names>
auto copy_with(need_list<Names...>) -> copy_step<Words, need<edge::copy, Names>...>;

/// Files of a stage or image: `from` is its word.
template <unsigned N>
constexpr block_data<1, N + 2> copy_files(word const& from, where at, destination_path destination, text_view const (&sources)[N]) {
    auto r = files_words<1>(op::copy, at, destination, sources);
    r.words[N + 1] = from;
    return r;
}
template <unsigned Words, class From>
using copy_from = decltype(copy_with<Words>(from_files(*static_cast<From const*>(nullptr))));

template <unsigned Words, class... F>
constexpr block_data<1, Words> inline_files(op what, where at, destination_path destination, F const&... file) {
    if (sizeof...(F) > 1 && destination.literal) check_destination_of_several(destination.text);
    block_data<1, Words> r{};
    r.steps[0] = step(what, Words, at);
    word* to = r.words;
    ((file.write(to), to += heredoc_text::n_words), ...);
    *to = word(destination.text, role::destination);
    return r;
}

/// A word of a long list of sources: text, or a file of the program.
template <class T>
inline constexpr unsigned words_of_source = 1;
template <>
inline constexpr unsigned words_of_source<heredoc_text> = heredoc_text::n_words;

template <class T>
inline constexpr bool is_run_time = false;
template <>
inline constexpr bool is_run_time<run_time_text> = true;

struct source_writer {
    word* to;
    template <class T>
    constexpr void operator()(T const& text) {
        *to++ = word(any_text<check::path>(text), role::source);
    }
    constexpr void operator()(first_text const& text) {
        check::path(text.text);
        *to++ = word(text.text, role::source);
    }
    constexpr void operator()(heredoc_text const& f) {
        f.write(to);
        to += heredoc_text::n_words;
    }
};

/// Sources of any kind, then the destination.
template <unsigned Words, class First, class... T>
constexpr block_data<1, Words> many_words(op what, First const& first, T const&... rest) {
    block_data<1, Words> r{};
    r.steps[0] = step(what, Words, first.place);
    source_writer write{r.words};
    write(first);
    (write(rest), ...);
    auto& last = *(write.to - 1);
    last.what = role::destination;
    bool literal = true;
    ((literal = !is_run_time<T>), ...);  // of the last
    if (literal && sizeof...(T) > 1) check_destination_of_several(last.view());
    return r;
}

template <class... T>
inline constexpr bool has_file = (false || ... || (words_of_source<T> != 1));
/// `First` and the rest, the destination among them.
template <class First, class... T>
inline constexpr unsigned words_of_sources = (words_of_source<First> + ... + words_of_source<T>);

}  // namespace constage::dsl

namespace constage {

/// COPY from the build context: sources, then the destination. Patterns as in Go's filepath.Match.
constexpr auto copy(dsl::context_path a, dsl::destination_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::copy_words(at, to, {a.text});
}
constexpr auto copy(dsl::context_path a, dsl::context_path b, dsl::destination_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::copy_words(at, to, {a.text, b.text});
}
constexpr auto copy(dsl::context_path a, dsl::context_path b, dsl::context_path c, dsl::destination_path to,
                    dsl::where at = CONSTAGE_HERE) {
    return dsl::copy_words(at, to, {a.text, b.text, c.text});
}
constexpr auto copy(dsl::context_path a, dsl::context_path b, dsl::context_path c, dsl::context_path d, dsl::destination_path to,
                    dsl::where at = CONSTAGE_HERE) {
    return dsl::copy_words(at, to, {a.text, b.text, c.text, d.text});
}
/// More than four sources, or text and files of the program together.
template <class... T>
requires(sizeof...(T) > 4 || dsl::has_file<T...>) constexpr auto copy(dsl::first_text first, T const&... rest) {
    constexpr unsigned n = dsl::words_of_sources<dsl::first_text, T...>;
    return dsl::copy_step<n>{dsl::many_words<n>(dsl::op::copy, first, rest...)};
}

/// COPY --from: `copy(from(build), "/src/app", "/usr/bin/")`.
template <dsl::source_of_files From>
constexpr auto copy(From const& f, dsl::image_path a, dsl::destination_path to, dsl::where at = CONSTAGE_HERE) {
    (void)from_files(f);
    return dsl::copy_from<3, From>{dsl::copy_files(f.words[0], at, to, {a.text})};
}
template <dsl::source_of_files From>
constexpr auto copy(From const& f, dsl::image_path a, dsl::image_path b, dsl::destination_path to, dsl::where at = CONSTAGE_HERE) {
    (void)from_files(f);
    return dsl::copy_from<4, From>{dsl::copy_files(f.words[0], at, to, {a.text, b.text})};
}
template <dsl::source_of_files From>
constexpr auto copy(From const& f, dsl::image_path a, dsl::image_path b, dsl::image_path c, dsl::destination_path to,
                    dsl::where at = CONSTAGE_HERE) {
    (void)from_files(f);
    return dsl::copy_from<5, From>{dsl::copy_files(f.words[0], at, to, {a.text, b.text, c.text})};
}
template <dsl::source_of_files From, class... T>
requires(sizeof...(T) > 3 || dsl::has_file<T...>) constexpr auto copy(From const& f, dsl::first_text first, T const&... rest) {
    (void)from_files(f);
    constexpr unsigned n = dsl::words_of_sources<dsl::first_text, T...>;
    return dsl::copy_from<n + 1, From>{dsl::extended<n + 1>(dsl::many_words<n>(dsl::op::copy, first, rest...), {f.words[0]})};
}

/// Files that are written in the program.
constexpr auto copy(dsl::heredoc_text a, dsl::destination_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::copy_step<6>{dsl::inline_files<6>(dsl::op::copy, at, to, a)};
}
constexpr auto copy(dsl::heredoc_text a, dsl::heredoc_text b, dsl::destination_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::copy_step<11>{dsl::inline_files<11>(dsl::op::copy, at, to, a, b)};
}
constexpr auto copy(dsl::heredoc_text a, dsl::heredoc_text b, dsl::heredoc_text c, dsl::destination_path to,
                    dsl::where at = CONSTAGE_HERE) {
    return dsl::copy_step<16>{dsl::inline_files<16>(dsl::op::copy, at, to, a, b, c)};
}
template <class... T>
requires(sizeof...(T) > 3) constexpr auto copy(dsl::heredoc_text first, T const&... rest) {
    constexpr unsigned n = dsl::words_of_sources<dsl::heredoc_text, T...>;
    return dsl::copy_step<n>{dsl::many_words<n>(dsl::op::copy, first, rest...)};
}
/// `from` says nothing about files of the program, but a Dockerfile may name it.
template <dsl::source_of_files From, class... T>
constexpr auto copy(From const& f, dsl::heredoc_text first, T const&... rest) {
    (void)from_files(f);
    constexpr unsigned n = dsl::words_of_sources<dsl::heredoc_text, T...>;
    return dsl::copy_from<n + 1, From>{dsl::extended<n + 1>(dsl::many_words<n>(dsl::op::copy, first, rest...), {f.words[0]})};
}

/// ADD: as COPY from the context, and URLs, git references, local archives that are unpacked.
constexpr auto add(dsl::context_path a, dsl::destination_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::add_words(at, to, {a.text});
}
constexpr auto add(dsl::context_path a, dsl::context_path b, dsl::destination_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::add_words(at, to, {a.text, b.text});
}
constexpr auto add(dsl::context_path a, dsl::context_path b, dsl::context_path c, dsl::destination_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::add_words(at, to, {a.text, b.text, c.text});
}
constexpr auto add(dsl::context_path a, dsl::context_path b, dsl::context_path c, dsl::context_path d, dsl::destination_path to,
                   dsl::where at = CONSTAGE_HERE) {
    return dsl::add_words(at, to, {a.text, b.text, c.text, d.text});
}
template <class... T>
requires(sizeof...(T) > 4 || dsl::has_file<T...>) constexpr auto add(dsl::first_text first, T const&... rest) {
    constexpr unsigned n = dsl::words_of_sources<dsl::first_text, T...>;
    return dsl::add_step<n>{{dsl::many_words<n>(dsl::op::add, first, rest...)}};
}
constexpr auto add(dsl::heredoc_text a, dsl::destination_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::add_step<6>{{dsl::inline_files<6>(dsl::op::add, at, to, a)}};
}
constexpr auto add(dsl::heredoc_text a, dsl::heredoc_text b, dsl::destination_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::add_step<11>{{dsl::inline_files<11>(dsl::op::add, at, to, a, b)}};
}
template <class... T>
requires(sizeof...(T) > 2) constexpr auto add(dsl::heredoc_text first, T const&... rest) {
    constexpr unsigned n = dsl::words_of_sources<dsl::heredoc_text, T...>;
    return dsl::add_step<n>{{dsl::many_words<n>(dsl::op::add, first, rest...)}};
}

}  // namespace constage

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dsl/error.ipp>
#endif
#endif
