// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LOWER_INSTRUCTIONS_HPP_INCLUDED
#define CONSTAGE_ENGINE_LOWER_INSTRUCTIONS_HPP_INCLUDED

/// What each instruction does to the stage's state: the `operator()`s of lower_detail::stage_walk.
#include <constage/engine/lower_stage.hpp>

#include <string>

namespace constage::engine::lower_detail {

/// Is this source of ADD a download or a git repository (C030, C032)?
bool is_url(std::string const& source);
bool is_git(std::string const& source);

}  // namespace constage::engine::lower_detail

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/lower_instructions.ipp>
#endif
#endif
