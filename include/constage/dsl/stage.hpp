// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_STAGE_HPP_INCLUDED
#define CONSTAGE_DSL_STAGE_HPP_INCLUDED

#include <constage/dsl/from.hpp>

namespace constage::dsl {

/// A stage: its name and its needs in the type, its instructions in values. `Needs` are need<edge, name>.
template <class Name, unsigned Steps, unsigned Words, class... Needs>
struct stage_t : block_data<Steps, Words> {
    static constexpr unsigned n_steps = Steps, n_words = Words, n_needs = sizeof...(Needs);
    using is_item = void;
    static constexpr wanted needs[] = {wanted{0, Needs::view(), Needs::kind}..., wanted{}};

    // as an item of a graph
    static constexpr unsigned n_stages = 1, n_args = 0;
    static constexpr bool marks = false;
    static constexpr row rows[] = {row{Name::view(), needs, sizeof...(Needs), Steps, Words}};
};

/// S004: `[a-z][a-z0-9-_.]*`, and not a reserved word. Digits alone: the stage has no name, only its number.
constexpr bool is_stage_name(text_view n) {
    if (detail::all_digits(n)) return n.size < 6 && (n.size == 1 || n[0] != '0');
    if (n.empty() || !detail::is_lower(n[0]) || n == "scratch" || n == "context") return false;
    for (char c : n)
        if (!detail::is_lower(c) && !detail::is_digit(c) && c != '-' && c != '_' && c != '.') return false;
    return true;
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
    using all = dsl::summary<B...>;
    if constexpr (!dsl::is_stage_name(Name.view()))
        static_assert(error::stage_has_a_valid_name<name>, "the name of a stage is lower case and starts with a letter: [a-z][a-z0-9-_.]*");
    else if constexpr (!all::begins_with_its_only_from())
        static_assert(error::stage_begins_with_its_only_from<name>, "a stage begins with from(...), and has no other from(...)");
    return typename all::needs::template stage<name, all::n_steps, all::n_words>{all::gathered(b...)};
}

}  // namespace constage

#endif
