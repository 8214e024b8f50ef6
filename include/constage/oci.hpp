// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_HPP_INCLUDED
#define CONSTAGE_OCI_HPP_INCLUDED

#include <constage/oci/config.hpp>
#include <constage/oci/layer.hpp>
#include <constage/oci/output.hpp>
#include <constage/oci/reference.hpp>
#include <constage/oci/source.hpp>

#endif
