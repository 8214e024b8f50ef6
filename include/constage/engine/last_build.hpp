// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LAST_BUILD_HPP_INCLUDED
#define CONSTAGE_ENGINE_LAST_BUILD_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/once.hpp>
#include <constage/engine/store.hpp>
#include <constage/plan/plan.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the last build of a project did with each step, and why: for `constage why`, and to tell the next build what has changed.
namespace constage::engine {

struct options;

struct step_story {
    std::string stage, platform, text;
    std::size_t number = 0;  ///< in its stage
    plan::source where;
    std::string outcome;  ///< "ran", "cached", "failed", "not reached"; "not asked for": of a stage that only an earlier build needed
    std::string key;      ///< of its last result
    std::string log;      ///< key that what it printed is kept under: of a failed step, another one
    std::string why;      ///< of what ran or failed: the ingredient that had changed
    std::int64_t time = 0;
    std::vector<std::size_t> needs;  ///< positions in the list
};
using build_story = std::vector<step_story>;

/// As the store keeps it (JSON), with the project that it is of.
std::string text_of(build_story const& story, std::string const& project);
std::optional<build_story> parse_build(std::string const& text, std::string* project = nullptr);  ///< none if damaged

/// Which project a build is of: two lines, its context and the file that describes it.
std::string project_of(options const& how, std::string const& file);

/// The step of an earlier build that has become this one: with the same text, else the same instruction in the same place of its stage.
/// nullptr: none.
step_story const* earlier_step(build_story const& earlier, step_story const& now);

/// The story of the build before this one. Read when it is first asked for.
class earlier_build {
public:
    earlier_build(store& where, std::string project) : where_(where), project_(std::move(project)) {}
    build_story const& story();
    /// Takes the place of the earlier one. Keeps of that what this build did not touch: keys of steps without a result, stages in `known`
    /// that were not asked for.
    void replace(build_story now, std::vector<std::string> const& known);

private:
    std::string place() const;
    store& where_;
    std::string project_;
    once read_;
    build_story story_;
};

/// None: this project was never built with this store, or its story was pruned. Throws constage::failure: there is no store.
std::optional<build_story> last_build(std::string const& store, options const& how, std::string const& file);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/last_build.ipp>
#endif
#endif
