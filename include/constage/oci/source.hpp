// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_SOURCE_HPP_INCLUDED
#define CONSTAGE_OCI_SOURCE_HPP_INCLUDED

/// Where images come from, and the way back to a registry.
#include <constage/oci/image_source.hpp>
#include <constage/oci/layout.hpp>
#include <constage/oci/push.hpp>
#include <constage/oci/reference.hpp>
#include <constage/oci/registry.hpp>

#endif
