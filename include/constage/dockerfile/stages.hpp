// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_STAGES_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_STAGES_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/plan.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Which stage a name means (S003 to S008).
namespace constage::dockerfile {

class stage_names {
public:
    explicit stage_names(std::vector<std::string> names);

    std::size_t size() const { return names_.size(); }
    /// `--from=` and `--target`: the last stage of that name, in any case.
    std::optional<std::size_t> find(std::string_view name) const;
    /// FROM: the last stage before `limit` whose lower-case name is the text exactly. `FROM Base AS Base` / `FROM Base` is an image.
    std::optional<std::size_t> find_exactly(std::string_view name, std::size_t limit) const;

    /// The base of stage `index`: scratch, an earlier stage, a choice of stages, an image. Throws constage::failure: the choices of all
    /// stages together would be more than a million.
    plan::reference base(std::string const& text, std::size_t index) const;
    /// `--from=`. Numbers count only for COPY. Throws constage::failure: no such number.
    plan::reference from(std::string const& text, bool numbers) const;

private:
    std::vector<std::string> names_;                                       ///< lower case; empty: none
    std::map<std::string, std::vector<std::size_t>, std::less<>> places_;  ///< of each name, ascending
    mutable std::size_t compared_ = 0;                                     ///< names with patterns, so far
};

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/stages.ipp>
#endif
#endif
