// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LOWER_INSTRUCTIONS_HPP_INCLUDED
#define CONSTAGE_ENGINE_LOWER_INSTRUCTIONS_HPP_INCLUDED

/// What each instruction does to the stage's state: the `operator()`s of lower_detail::stage_walk.
#include <constage/engine/lower_stage.hpp>

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/lower_instructions.ipp>
#endif
#endif
