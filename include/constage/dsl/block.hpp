// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_BLOCK_HPP_INCLUDED
#define CONSTAGE_DSL_BLOCK_HPP_INCLUDED

#include <constage/dsl/step.hpp>

namespace constage::dsl {

/// "Needs the stage of this name": names, never types of stages, for a diamond of stages would repeat its base in every type.
template <edge Kind, class Name>
struct need {
    static constexpr edge kind = Kind;
    static constexpr text_view view() { return Name::view(); }
};

template <class... Needs>
struct need_list {
    template <class... More>
    need_list<Needs..., More...> operator+(need_list<More...>) const;
};

/// One or more instructions. `Froms` is how many of them are FROM.
template <unsigned Steps, unsigned Words, unsigned Froms, class... Needs>
struct block {
    step steps[Steps ? Steps : 1]{};
    word words[Words ? Words : 1]{};

    static constexpr unsigned n_steps = Steps, n_words = Words, n_froms = Froms;
    using needs = need_list<Needs...>;
    using is_block = void;
};

/// One instruction without flags.
template <unsigned Words>
using one = block<1, Words, 0>;

template <class B>
concept instruction = requires {
    typename B::is_block;
};

/// A block, erased.
struct piece {
    step const* steps;
    word const* words;
    unsigned n_steps, n_words;
};

/// Appends pieces to arrays that are large enough.
struct appender {
    step* steps;
    word* words;
    unsigned s = 0, w = 0;

    constexpr void operator()(piece const& p) {
        for (unsigned i = 0; i != p.n_steps; ++i) {
            steps[s] = p.steps[i];
            steps[s++].first += w;
        }
        for (unsigned i = 0; i != p.n_words; ++i) words[w++] = p.words[i];
    }
};

template <class B>
constexpr piece piece_of(B const& b) {
    return {b.steps, b.words, B::n_steps, B::n_words};
}

template <class Result, class... B>
constexpr Result gather(B const&... b) {
    Result r{};
    appender append{r.steps, r.words};
    piece const pieces[] = {piece_of(b)..., piece{nullptr, nullptr, 0, 0}};
    for (auto const& p : pieces) append(p);
    return r;
}

template <unsigned S, unsigned W, unsigned F, class... Needs>
auto block_with(need_list<Needs...>) -> block<S, W, F, Needs...>;

/// A block of this step and words with one more word for each of `more`.
template <class Result, unsigned N, class B, class... More>
constexpr Result extended(B const& b, More const&... more) {
    Result r{};
    r.steps[0] = b.steps[0];
    r.steps[0].count = N;
    unsigned n = 0;
    for (unsigned i = 0; i != B::n_words; ++i) r.words[n++] = b.words[i];
    ((r.words[n++] = more), ...);
    return r;
}

}  // namespace constage::dsl

namespace constage {

/// A reusable list of instructions, spliced into a stage: `template <fixed_string... P> constexpr auto apt() { return steps(run(…),
/// run(…)); }`.
template <dsl::instruction... B>
constexpr auto steps(B const&... b) {
    using result = decltype(dsl::block_with<(0u + ... + B::n_steps), (0u + ... + B::n_words), (0u + ... + B::n_froms)>(
        (dsl::need_list<>{} + ... + typename B::needs{})));
    return dsl::gather<result>(b...);
}

}  // namespace constage

#endif
