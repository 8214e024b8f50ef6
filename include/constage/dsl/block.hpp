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
};

/// One list of needs out of several.
template <class... List>
struct joined {
    using type = need_list<>;
};
template <class... A>
struct joined<need_list<A...>> {
    using type = need_list<A...>;
};
template <class... A, class... B>
struct joined<need_list<A...>, need_list<B...>> {
    using type = need_list<A..., B...>;
};
template <class... A, class... B, class... C, class... More>
struct joined<need_list<A...>, need_list<B...>, need_list<C...>, More...> : joined<need_list<A..., B..., C...>, More...> {};

/// The values of instructions: the same type for all of the same size. `n_froms` is how many of them are FROM.
template <unsigned Steps, unsigned Words>
struct block_data {
    static constexpr unsigned n_steps = Steps, n_words = Words, n_froms = 0;
    step steps[Steps ? Steps : 1]{};
    word words[Words ? Words : 1]{};
};

/// One or more instructions.
template <unsigned Steps, unsigned Words, unsigned Froms, class... Needs>
struct block : block_data<Steps, Words> {
    static constexpr unsigned n_froms = Froms;
    using needs = need_list<Needs...>;
};

/// One instruction without flags.
template <unsigned Words>
using one = block<1, Words, 0>;

template <class B>
concept instruction = requires {
    typename B::needs;
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
        auto const shift = p.n_steps ? w - p.steps[0].first : 0;  // a piece may be the middle of a block
        for (unsigned i = 0; i != p.n_steps; ++i) {
            steps[s] = p.steps[i];
            steps[s++].first += shift;
        }
        for (unsigned i = 0; i != p.n_words; ++i) words[w++] = p.words[i];
    }
};

template <class B>
constexpr piece piece_of(B const& b) {
    return {b.steps, b.words, B::n_steps, B::n_words};
}

/// The values of several blocks in one. Its types are those of values alone: most stages of a program share it.
template <unsigned... Steps, unsigned... Words>
constexpr auto gathered(block_data<Steps, Words> const&... b) {
    block_data<(0u + ... + Steps), (0u + ... + Words)> r{};
    appender append{r.steps, r.words};
    piece const pieces[] = {piece{b.steps, b.words, Steps, Words}..., piece{}};
    for (auto const& p : pieces) append(p);
    return r;
}

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
    using values = decltype(dsl::gathered(b...));
    using needs = typename dsl::joined<typename B::needs...>::type;
    return typename needs::template block<values::n_steps, values::n_words, (0u + ... + B::n_froms)>{dsl::gathered(b...)};
}

}  // namespace constage

#endif
