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

/// What COPY and ADD have in common. `Self` makes the type with one word more.
template <template <unsigned, class...> class Self, unsigned Words, class... Needs>
struct files_step : block<1, Words, 0, Needs...> {
    /// `user[:group]`; names are those of the image that is being built.
    constexpr auto chown(owner_text owner) const { return with(word(owner.text, role::chown)); }
    /// Octal, or symbolic as `u=rwX,go=rX`.
    constexpr auto chmod(mode_text mode) const { return with(word(mode.text, role::chmod)); }
    /// The layer does not depend on what is below it.
    constexpr auto link(bool on = true) const { return with(word(on ? "true" : "false", role::link)); }
    /// A pattern as in .dockerignore, relative to the source directory; repeat for more.
    constexpr auto exclude(plain_text pattern) const { return with(word(pattern.text, role::exclude)); }

protected:
    constexpr auto with(word more) const { return extended<Self<Words + 1, Needs...>, Words + 1>(*this, more); }
};

template <unsigned Words, class... Needs>
struct copy_step : files_step<copy_step, Words, Needs...> {
    /// Keeps the directories of the sources (behind `/./`, if a source has it).
    constexpr auto parents(bool on = true) const { return this->with(word(on ? "true" : "false", role::parents)); }
};

template <unsigned Words, class... Needs>
struct add_step : files_step<add_step, Words, Needs...> {
    /// `sha256:…` of the one URL, or the commit of the one git reference.
    constexpr auto checksum(checksum_text digest) const {
        unsigned sources = 0;
        for (auto const& w : this->words) sources += w.what == role::source;
        if (sources != 1) error::checksum_needs_exactly_one_source();
        return this->with(word(digest.text, role::checksum));
    }
    constexpr auto keep_git_dir(bool on = true) const { return this->with(word(on ? "true" : "false", role::keep_git_dir)); }
    /// Default: true for files of the context, false for URLs.
    constexpr auto unpack(bool on = true) const { return this->with(word(on ? "true" : "false", role::unpack)); }
};

template <class Result, class... S>
constexpr Result files_words(op what, where at, image_path destination, S const&... source) {
    if (sizeof...(S) > 1 && destination.text.given() && !check::is_open(destination.text) && !destination.text.ends_with("/") &&
        destination.text != "." && destination.text != ".." && !destination.text.ends_with("/."))
        error::destination_of_several_sources_must_end_in_a_slash();
    Result r{};
    r.steps[0] = step(what, Result::n_words, at);
    unsigned n = 0;
    ((r.words[n++] = word(source.text, role::source)), ...);
    r.words[n] = word(destination.text, role::destination);
    return r;
}
template <class... S>
constexpr auto copy_words(where at, image_path destination, S const&... source) {
    auto const url = [](text_view t) { return t.starts_with("http://") || t.starts_with("https://"); };
    if ((url(source.text) || ...)) error::source_of_copy_must_not_be_a_url();
    return files_words<copy_step<1 + sizeof...(S)>>(op::copy, at, destination, source...);
}
template <class... S>
constexpr auto add_words(where at, image_path destination, S const&... source) {
    return files_words<add_step<1 + sizeof...(S)>>(op::add, at, destination, source...);
}

template <unsigned Words, class... Names>
auto copy_with(need_list<Names...>) -> copy_step<Words, need<edge::copy, Names>...>;

template <class Files, class... S>
constexpr auto copy_files(Files const& files, where at, image_path destination, S const&... source) {
    constexpr unsigned n = 2 + sizeof...(S);
    auto r = files_words<decltype(copy_with<n>(typename Files::needs{}))>(op::copy, at, destination, source...);
    r.words[n - 1] = files.from;
    return r;
}

template <class Result, class... F>
constexpr Result inline_files(op what, where at, image_path destination, F const&... file) {
    Result r{};
    r.steps[0] = step(what, Result::n_words, at);
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

struct source_writer {
    word* to;
    template <class T>
    constexpr void operator()(T const& text) {
        *to++ = word(any_text<check::path>(text), role::source);
    }
    constexpr void operator()(heredoc_text const& f) {
        f.write(to);
        to += heredoc_text::n_words;
    }
};

template <class Result, class... T>
constexpr Result many_words(op what, first_text const& first, T const&... rest) {
    Result r{};
    r.steps[0] = step(what, Result::n_words, first.place);
    r.words[0] = word(first.text, role::source);
    source_writer write{r.words + 1};
    (write(rest), ...);
    auto& last = *(write.to - 1);
    last.what = role::destination;
    if (!last.view().ends_with("/") && !check::is_open(last.view()) && last.view() != "." && last.view() != "..")
        error::destination_of_several_sources_must_end_in_a_slash();
    return r;
}

template <class... T>
inline constexpr bool has_file = (false || ... || (words_of_source<T> != 1));

}  // namespace constage::dsl

namespace constage {

/// COPY from the build context: sources, then the destination. Patterns as in Go's filepath.Match.
constexpr auto copy(dsl::context_path a, dsl::image_path to, dsl::where at = CONSTAGE_HERE) { return dsl::copy_words(at, to, a); }
constexpr auto copy(dsl::context_path a, dsl::context_path b, dsl::image_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::copy_words(at, to, a, b);
}
constexpr auto copy(dsl::context_path a, dsl::context_path b, dsl::context_path c, dsl::image_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::copy_words(at, to, a, b, c);
}
constexpr auto copy(dsl::context_path a, dsl::context_path b, dsl::context_path c, dsl::context_path d, dsl::image_path to,
                    dsl::where at = CONSTAGE_HERE) {
    return dsl::copy_words(at, to, a, b, c, d);
}
/// More than four sources, or text and files of the program together.
template <class... T>
requires(sizeof...(T) > 4 || dsl::has_file<T...>) constexpr auto copy(dsl::first_text first, T const&... rest) {
    return dsl::many_words<dsl::copy_step<(1 + ... + dsl::words_of_source<T>)>>(dsl::op::copy, first, rest...);
}

/// COPY --from: `copy(from(build), "/src/app", "/usr/bin/")`.
template <dsl::source_of_files From>
constexpr auto copy(From const& f, dsl::image_path a, dsl::image_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::copy_files(from_files(f), at, to, a);
}
template <dsl::source_of_files From>
constexpr auto copy(From const& f, dsl::image_path a, dsl::image_path b, dsl::image_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::copy_files(from_files(f), at, to, a, b);
}
template <dsl::source_of_files From>
constexpr auto copy(From const& f, dsl::image_path a, dsl::image_path b, dsl::image_path c, dsl::image_path to,
                    dsl::where at = CONSTAGE_HERE) {
    return dsl::copy_files(from_files(f), at, to, a, b, c);
}
template <dsl::source_of_files From, class... T>
requires(sizeof...(T) > 3) constexpr auto copy(From const& f, dsl::first_text first, T const&... rest) {
    auto const files = from_files(f);
    constexpr unsigned n = 1 + sizeof...(T);
    auto const r = dsl::many_words<dsl::copy_step<n>>(dsl::op::copy, first, rest...);
    return dsl::extended<decltype(dsl::copy_with<n + 1>(typename decltype(files)::needs{})), n + 1>(r, files.from);
}

/// Files that are written in the program.
constexpr auto copy(dsl::heredoc_text a, dsl::image_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::inline_files<dsl::copy_step<6>>(dsl::op::copy, at, to, a);
}
constexpr auto copy(dsl::heredoc_text a, dsl::heredoc_text b, dsl::image_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::inline_files<dsl::copy_step<11>>(dsl::op::copy, at, to, a, b);
}
constexpr auto copy(dsl::heredoc_text a, dsl::heredoc_text b, dsl::heredoc_text c, dsl::image_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::inline_files<dsl::copy_step<16>>(dsl::op::copy, at, to, a, b, c);
}

/// ADD: as COPY from the context, and URLs, git references, local archives that are unpacked.
constexpr auto add(dsl::context_path a, dsl::image_path to, dsl::where at = CONSTAGE_HERE) { return dsl::add_words(at, to, a); }
constexpr auto add(dsl::context_path a, dsl::context_path b, dsl::image_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::add_words(at, to, a, b);
}
constexpr auto add(dsl::context_path a, dsl::context_path b, dsl::context_path c, dsl::image_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::add_words(at, to, a, b, c);
}
constexpr auto add(dsl::context_path a, dsl::context_path b, dsl::context_path c, dsl::context_path d, dsl::image_path to,
                   dsl::where at = CONSTAGE_HERE) {
    return dsl::add_words(at, to, a, b, c, d);
}
template <class... T>
requires(sizeof...(T) > 4 || dsl::has_file<T...>) constexpr auto add(dsl::first_text first, T const&... rest) {
    return dsl::many_words<dsl::add_step<(1 + ... + dsl::words_of_source<T>)>>(dsl::op::add, first, rest...);
}
constexpr auto add(dsl::heredoc_text a, dsl::image_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::inline_files<dsl::add_step<6>>(dsl::op::add, at, to, a);
}
constexpr auto add(dsl::heredoc_text a, dsl::heredoc_text b, dsl::image_path to, dsl::where at = CONSTAGE_HERE) {
    return dsl::inline_files<dsl::add_step<11>>(dsl::op::add, at, to, a, b);
}

}  // namespace constage

#endif
