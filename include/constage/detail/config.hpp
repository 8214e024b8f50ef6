// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DETAIL_CONFIG_HPP_INCLUDED
#define CONSTAGE_DETAIL_CONFIG_HPP_INCLUDED

#define CONSTAGE_VERSION_MAJOR 0
#define CONSTAGE_VERSION_MINOR 1
#define CONSTAGE_VERSION_PATCH 0
#define CONSTAGE_VERSION "0.1.0"

/// The runtime half is declared in `x.hpp` and defined in `x.ipp` beside it. Every function defined in an `.ipp` is
/// marked CONSTAGE_INLINE. With CONSTAGE_HEADER_ONLY a header pulls in its `.ipp`; otherwise the library
/// constage::constage compiles each `.ipp` once.
#ifdef CONSTAGE_HEADER_ONLY
#define CONSTAGE_INLINE inline
#else
#define CONSTAGE_INLINE
#endif

#endif
