// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_MOUNT_HPP_INCLUDED
#define CONSTAGE_ENGINE_MOUNT_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/plan.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace constage::engine {

/// RUN --mount with its words expanded (rows R007 to R014).
struct lowered_mount {
    enum class kind : unsigned char { bind, cache, tmpfs, secret, ssh };
    enum class sharing : unsigned char { shared, private_, locked };
    kind what = kind::bind;
    bool from_context = true;
    std::size_t from = static_cast<std::size_t>(-1);  ///< task whose file system is the source; -1 and not from_context: none
    std::string target;                               ///< absolute, cleaned; of secrets may be empty (env only)
    std::string source;                               ///< inside `from`; "/" if not given
    bool has_source = false;
    std::string id;   ///< cache, secret, ssh: with its default
    std::string env;  ///< secret: name of a variable
    lowered_mount::sharing sharing = sharing::shared;
    bool readonly = false;
    bool required = false;
    std::optional<std::uint32_t> mode, uid, gid;
    std::uint64_t size = 0;  ///< tmpfs; 0: no limit
};

/// `expand` expands one word of the instruction. Relative targets are joined to `workdir`. Throws constage::failure.
lowered_mount lower_mount(plan::mount const& what, std::string const& workdir,
                          std::function<std::string(std::string const&)> const& expand);

/// path.Join(base, text) of Go: absolute paths stay, "." and ".." are cleaned, no trailing slash.
std::string join_path(std::string const& base, std::string const& path);
/// A duration as Go writes it ("1m30s", "500ms") in nanoseconds. Throws constage::failure.
std::int64_t parse_duration(std::string const& text);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/mount.ipp>
#endif
#endif
