// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_HPP_INCLUDED

#include <constage/dockerfile/document.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/dockerfile/read.hpp>

#endif
