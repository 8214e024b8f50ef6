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

template <unsigned Steps, unsigned Words, unsigned Froms, class... Needs>
struct block;
template <class Name, unsigned Steps, unsigned Words, class... Needs>
struct stage_t;

template <class... Needs>
struct need_list {
    template <unsigned S, unsigned W, unsigned F>
    using block = dsl::block<S, W, F, Needs...>;
    template <class Name, unsigned S, unsigned W>
    using stage = stage_t<Name, S, W, Needs...>;

    template <class... More>
    need_list<Needs..., More...> operator+(need_list<More...>) const;
};

/// The values of instructions: the same type for all of the same size.
template <unsigned Steps, unsigned Words>
struct block_data {
    step steps[Steps ? Steps : 1]{};
    word words[Words ? Words : 1]{};
};

/// One or more instructions. `Froms` is how many of them are FROM.
template <unsigned Steps, unsigned Words, unsigned Froms, class... Needs>
struct block : block_data<Steps, Words> {
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
    step const* steps = nullptr;
    word const* words = nullptr;
    unsigned n_steps = 0, n_words = 0;
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

template <unsigned Steps, unsigned Words>
constexpr block_data<Steps, Words> gather(piece const* pieces, unsigned n) {
    block_data<Steps, Words> r{};
    appender append{r.steps, r.words};
    for (unsigned i = 0; i != n; ++i) append(pieces[i]);
    return r;
}

/// What a list of instructions comes to; shared by all lists of the same types.
template <class... B>
struct summary {
    static constexpr unsigned n_steps = (0u + ... + B::n_steps), n_words = (0u + ... + B::n_words), n_froms = (0u + ... + B::n_froms);
    using needs = decltype((need_list<>{} + ... + typename B::needs{}));

    static constexpr bool begins_with_its_only_from() {
        unsigned const froms[] = {B::n_froms..., 0};
        return n_froms == 1 && froms[0] == 1;
    }
    static constexpr block_data<n_steps, n_words> gathered(B const&... b) {
        piece const pieces[] = {piece{b.steps, b.words, B::n_steps, B::n_words}..., piece{}};
        return gather<n_steps, n_words>(pieces, sizeof...(B));
    }
};

/// An instruction with more words: `more` is behind the `Words` that it had.
template <unsigned Words, unsigned Old, unsigned N>
constexpr block_data<1, Words> extended(block_data<1, Old> const& b, word const (&more)[N]) {
    block_data<1, Words> r{};
    r.steps[0] = b.steps[0];
    r.steps[0].count = Words;
    for (unsigned i = 0; i != Old; ++i) r.words[i] = b.words[i];
    for (unsigned i = 0; i != N; ++i) r.words[Old + i] = more[i];
    return r;
}

}  // namespace constage::dsl

namespace constage {

/// A reusable list of instructions, spliced into a stage: `template <fixed_string... P> constexpr auto apt() { return steps(run(…),
/// run(…)); }`.
template <dsl::instruction... B>
constexpr auto steps(B const&... b) {
    using all = dsl::summary<B...>;
    using result = typename all::needs::template block<all::n_steps, all::n_words, all::n_froms>;
    return result{all::gathered(b...)};
}

}  // namespace constage

#endif
