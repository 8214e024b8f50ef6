// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_LOWER_STEP_HPP_INCLUDED
#define CONSTAGE_DSL_LOWER_STEP_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/graph/view.hpp>
#include <constage/plan/plan.hpp>

#include <cstddef>
#include <string>
#include <vector>

/// One erased step to one plan instruction.
namespace constage::dsl::lower_detail {

/// The words of a step.
struct words_of {
    word const* first;
    unsigned count;

    words_of(graph_view const& g, step const& s) : first(g.words + s.first), count(s.count) {}
    word const* begin() const { return first; }
    word const* end() const { return first + count; }
};

std::string string(text_view t);
/// The text of a word, or its number: octal for modes ("0755"), else decimal.
std::string text_of(word const& w);
plan::source source_of(step const& s);

/// What the names of stages mean to the stage at place `at` of the plan.
struct stage_names {
    graph_view const& graph;
    std::vector<std::size_t> const& position;  ///< of each stage of the graph, in the plan
    std::size_t at;

    std::size_t index(text_view name) const;
    plan::reference stage(text_view name) const;
    /// Throws constage::failure if an earlier stage has the same name.
    plan::reference image(word const& w, step const& where) const;
};

plan::args args_of(words_of const& words);
plan::instruction lower_step(stage_names const& names, step const& s, words_of const& words);

/// The instruction as one would write it in a Dockerfile, for ONBUILD. Throws constage::failure for what has no such text.
std::string dockerfile_text(plan::instruction const& what);

}  // namespace constage::dsl::lower_detail

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dsl/lower_step.ipp>
#include <constage/dsl/lower_trigger.ipp>
#endif
#endif
