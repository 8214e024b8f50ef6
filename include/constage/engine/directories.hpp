// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_DIRECTORIES_HPP_INCLUDED
#define CONSTAGE_ENGINE_DIRECTORIES_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/files/tree.hpp>

#include <string>
#include <vector>

/// Directories that come along: above a change, or on the way to a working directory.
namespace constage::engine {

/// A change with the directories above it, as they are: an overlay's upper directory would else hide their owners and modes.
files::diff with_parents(files::diff const& changes, files::tree const& before);

/// What a runtime that makes the working directory `path` leaves behind besides it: `/a/x/../y` makes /a/x too. Empty if nothing.
files::diff made_on_the_way(std::string const& path, files::tree const& before);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/directories.ipp>
#endif
#endif
