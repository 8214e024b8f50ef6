// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_GRAPH_ERROR_HPP_INCLUDED
#define CONSTAGE_GRAPH_ERROR_HPP_INCLUDED

/// The messages about graphs. Each is a variable template that is false: the name and the arguments of the template are what a compiler
/// prints beside the sentence of the static_assert.
namespace constage::error {

template <class...>
inline constexpr bool graph_has_a_stage = false;
template <class...>
inline constexpr bool stage_is_in_graph = false;
template <class...>
inline constexpr bool stage_names_differ = false;
template <class...>
inline constexpr bool stage_number_is_its_position = false;
template <class...>
inline constexpr bool stages_form_no_cycle = false;
template <class...>
inline constexpr bool graph_obeys = false;

template <class>
struct used_by;
template <class>
struct did_you_mean;
template <class>
struct in_stage;
template <class>
struct because;

}  // namespace constage::error

#endif
