// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LAST_BUILD_HPP_INCLUDED
#define CONSTAGE_ENGINE_LAST_BUILD_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/plan.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the last build of a project did with each step, and why: for `constage why`.
namespace constage::engine {

struct options;

struct step_story {
    std::string stage, text;
    plan::source where;
    std::string outcome;  ///< "ran", "cached", "failed", "not reached"
    std::string why;      ///< of what ran or failed: the ingredient that had changed
    std::int64_t time = 0;
    std::vector<std::size_t> needs;  ///< positions in the list
};
using build_story = std::vector<step_story>;

std::string text_of(build_story const& story);
std::optional<build_story> parse_build(std::string const& text);  ///< none if damaged

/// Which project a build is of: its context and the file that describes it.
std::string project_of(options const& how, std::string const& file);

/// None: this project was never built with this store, or its story was pruned. Throws constage::failure: there is no store.
std::optional<build_story> last_build(std::string const& store, options const& how, std::string const& file);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/last_build.ipp>
#endif
#endif
