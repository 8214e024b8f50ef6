// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_FROM_HPP_INCLUDED
#define CONSTAGE_DSL_FROM_HPP_INCLUDED

#include <constage/dsl/block.hpp>
#include <constage/dsl/literals.hpp>

namespace constage::error {
void source_of_files_must_be_literal();
}

/// FROM, as an instruction and as `--from=` of COPY and mounts: a stage, `scratch`, an image (or named context), a choice.
namespace constage::dsl {

struct scratch_base {};

/// FROM with a platform or several choices.
template <unsigned Words, class... Needs>
struct from_step : block<1, Words, 1, Needs...> {
    constexpr from_step<Words + 1, Needs...> platform(platform_name p) const {
        return {{extended<Words + 1>(*this, {word(p.text, role::platform)})}};
    }
};

/// An image or a named context.
struct from_image : from_step<1> {};

/// A stage. Flat, for there are many of them and each is its own type.
template <class Name>
struct from_stage : block_data<1, 1> {
    static constexpr unsigned n_froms = 1;
    using needs = need_list<need<edge::from, Name>>;

    constexpr from_step<2, need<edge::from, Name>> platform(platform_name p) const {
        return {{extended<2>(*this, {word(p.text, role::platform)})}};
    }
};

/// `from(...)` where files come from.
template <class F>
concept source_of_files = requires(F const& f) {
    from_files(f);
};

/// The names that `from(…)` needs in COPY and mounts; its word is the first of the instruction.
constexpr need_list<> from_files(from_image const& f) {
    if (f.words[0].view().contains('$')) error::source_of_files_must_be_literal();
    return {};
}
template <class Name>
constexpr need_list<Name> from_files(from_stage<Name> const&) {
    return {};
}

/// A stage named before it is defined.
template <class Name>
struct stage_name {};

template <class... Names>
struct choice_of_stages {
    text_view text;
};

constexpr block_data<1, 1> from_word(where at, word first) { return {{step(op::from, 1, at)}, {first}}; }

}  // namespace constage::dsl

namespace constage {

inline constexpr dsl::scratch_base scratch{};

/// A stage by its name, for what no variable can say: `from(ref<"later">)`.
template <fixed_string Name>
inline constexpr dsl::stage_name<detail::name_of<Name>> ref{};

constexpr dsl::from_image from(dsl::image_name image, dsl::where at = CONSTAGE_HERE) {
    return {{{dsl::from_word(at, {image.text, dsl::role::image})}}};
}
constexpr dsl::from_step<1> from(dsl::scratch_base, dsl::where at = CONSTAGE_HERE) {
    return {{dsl::from_word(at, {"scratch", dsl::role::scratch})}};
}
template <class Name, unsigned S, unsigned W, class... N>
constexpr dsl::from_stage<Name> from(dsl::stage_t<Name, S, W, N...> const&, dsl::where at = CONSTAGE_HERE) {
    return {dsl::from_word(at, {Name::view(), dsl::role::stage})};
}
template <class Name>
constexpr dsl::from_stage<Name> from(dsl::stage_name<Name>, dsl::where at = CONSTAGE_HERE) {
    return {dsl::from_word(at, {Name::view(), dsl::role::stage})};
}

namespace dsl {
template <class S>
struct name_of_stage;
template <class Name, unsigned S, unsigned W, class... N>
struct name_of_stage<stage_t<Name, S, W, N...>> {
    using type = Name;
};
template <class Name>
struct name_of_stage<stage_name<Name>> {
    using type = Name;
};
template <class S>
concept stage_like = requires {
    typename name_of_stage<S>::type;
};
}  // namespace dsl

/// A choice made at run time: the text, expanded with the global arguments, names one of the stages (or else an image).
/// `from(select("base-${VARIANT}", base_prod, base_dev))`
template <dsl::stage_like... S>
constexpr dsl::choice_of_stages<typename dsl::name_of_stage<S>::type...> select(dsl::expanded_text text, S const&...) {
    return {text.text};
}
template <class... Names>
constexpr auto from(dsl::choice_of_stages<Names...> choice, dsl::where at = CONSTAGE_HERE) {
    constexpr unsigned n = 1 + sizeof...(Names);
    dsl::from_step<n, dsl::need<dsl::edge::select, Names>...> r{};
    r.steps[0] = dsl::step(dsl::op::from, n, at);
    r.words[0] = dsl::word(choice.text, dsl::role::select_text);
    unsigned i = 1;
    ((r.words[i++] = dsl::word(Names::view(), dsl::role::choice)), ...);
    return r;
}

}  // namespace constage

#endif
