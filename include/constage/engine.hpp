// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_HPP_INCLUDED
#define CONSTAGE_ENGINE_HPP_INCLUDED

#include <constage/engine/build.hpp>
#include <constage/engine/observer.hpp>
#include <constage/engine/on_finish.hpp>
#include <constage/engine/output.hpp>
#include <constage/engine/prune.hpp>
#include <constage/engine/sandbox.hpp>

#endif
