// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_DEFLATE_ISAL_HPP_INCLUDED
#define CONSTAGE_OCI_DEFLATE_ISAL_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/oci/deflate.hpp>

#include <memory>
#include <string_view>

namespace constage::oci {

/// Why ISA-L does not compress here; empty if it does. It takes a build with CONSTAGE_ISAL and, on x86-64, a processor with SSE4.2: without
/// it ISA-L runs its portable code, which finds other matches. Whether the library is installed is not looked at.
std::string_view isal_obstacle();

/// ISA-L at level 2. libisal is loaded by the first call; a failure if it is not installed. A tar of 162 MB of Debian's files as a layer,
/// hashing and the archive included: 1.3 CPU seconds and 60.2 MB; with zlib at 4 it is 4.7 and 55.2.
///
/// Noise is stored (incompressible.hpp): also noise that repeats itself, but at a distance of more than 2 KiB, as two equal pictures do, or
/// beside other noise.
///
/// ISA-L picks its code by processor. Level 2 writes the same bytes on x86-64 with SSE4.2, AVX and AVX2 (tests/e2e/gzip.sh; level 3
/// does not). Not proven: AVX-512, whose code of its own only writes what was chosen before, and other architectures.
std::unique_ptr<deflater> isal_deflater();

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/deflate_isal.ipp>
#endif
#endif
