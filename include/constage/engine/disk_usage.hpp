// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_DISK_USAGE_HPP_INCLUDED
#define CONSTAGE_ENGINE_DISK_USAGE_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace constage::engine {

/// Bytes that files take on a disk: of their blocks, not of their lengths, and of directories too. A file with several names is counted
/// once for each object of this class. Blocks that files share by copy on write (reflinks) are counted for each of them.
class disk_usage {
public:
    /// Of a file with several names either the first that is seen counts, or the last: that is when removing them frees its blocks.
    enum class at : unsigned char { first_name, last_name };
    explicit disk_usage(at counted = at::first_name) : counted_(counted) {}

    /// Bytes of a file, or of a directory and what is below it. What cannot be read counts nothing.
    std::uint64_t of(std::string const& path);

private:
    at counted_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> names_;  ///< seen so far, by device and inode
};

/// When an entry of a store was last used, in seconds since 1970: its own mtime, which mark_used() renews. 0: it is not there.
std::int64_t last_used(std::string const& path);
/// Cheap when the entry was used within the last minutes already. A store that cannot be written stays as it is.
void mark_used(std::string const& path) noexcept;

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/disk_usage.ipp>
#endif
#endif
