// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_STAGE_HPP_INCLUDED
#define CONSTAGE_DSL_STAGE_HPP_INCLUDED

#include <constage/dsl/from.hpp>

namespace constage::dsl {

template <class... Needs>
inline constexpr wanted wanted_by[] = {wanted{0, Needs::view(), Needs::kind}..., wanted{}};

/// A stage: its name and its needs in the type, its instructions in values. `Needs` are need<edge, name>.
template <class Name, unsigned Steps, unsigned Words, class... Needs>
struct stage_t : block_data<Steps, Words> {
    static constexpr row as_item = {Name::view(), wanted_by<Needs...>, sizeof...(Needs), Steps, Words};
};

template <unsigned... Froms>
inline constexpr bool begins_with_its_only_from = false;
template <unsigned... None>
inline constexpr bool begins_with_its_only_from<1, None...> = (0u + ... + None) == 0;

/// S004: `[a-z][a-z0-9-_.]*`, and not a reserved word. Digits alone: the stage has no name, only its number.
constexpr bool is_stage_name(text_view n) {
    if (!n.empty() && detail::is_digit(n[0])) return detail::all_digits(n) && n.size < 6 && (n.size == 1 || n[0] != '0');
    return !n.empty() && detail::is_lower(n[0]) && detail::span(n, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == n.size && n != "scratch" &&
           n != "context";
}

}  // namespace constage::dsl

namespace constage::error {
template <class...>
inline constexpr bool stage_has_a_valid_name = false;
template <class...>
inline constexpr bool stage_begins_with_its_only_from = false;
}  // namespace constage::error

namespace constage {

/// A stage: `stage<"build">(from("gcc:12"), run("make"))`. Its name: lower case, `[a-z][a-z0-9-_.]*`, not `scratch` or `context`;
/// `stage<"3">` is the nameless stage number 3 (counted from 0).
template <fixed_string Name, dsl::instruction... B>
constexpr auto stage(B const&... b) {
    using name = detail::name_of<Name>;
    using values = decltype(dsl::gathered(b...));
    using needs = typename dsl::joined<typename B::needs...>::type;
    if constexpr (!dsl::is_stage_name(Name.view()))
        static_assert(error::stage_has_a_valid_name<name>, "the name of a stage is lower case and starts with a letter: [a-z][a-z0-9-_.]*");
    else if constexpr (!dsl::begins_with_its_only_from<B::n_froms...>)
        static_assert(error::stage_begins_with_its_only_from<name>, "a stage begins with from(...), and has no other from(...)");
    return typename needs::template stage<name, values::n_steps, values::n_words>{dsl::gathered(b...)};
}

}  // namespace constage

#endif
