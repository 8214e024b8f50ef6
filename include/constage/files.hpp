// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_HPP_INCLUDED
#define CONSTAGE_FILES_HPP_INCLUDED

#include <constage/files/archive.hpp>
#include <constage/files/copy.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/ignore.hpp>
#include <constage/files/index.hpp>
#include <constage/files/materialize.hpp>
#include <constage/files/owner.hpp>
#include <constage/files/scan.hpp>
#include <constage/files/tree.hpp>

#endif
