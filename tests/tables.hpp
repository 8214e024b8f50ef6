// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_TESTS_TABLES_HPP_INCLUDED
#define CONSTAGE_TESTS_TABLES_HPP_INCLUDED

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

/// Shared tables of cases that are not part of the repository: $CONSTAGE_SHARED, else ../shared beside the source root.
namespace tables {

/// Path of a file below the shared directory; none if it is not there (the test then says so and passes).
inline std::optional<std::filesystem::path> find(std::string const& name) {
    auto const* given = std::getenv("CONSTAGE_SHARED");
    auto const path = (given ? std::filesystem::path(given) : std::filesystem::path(CONSTAGE_SOURCE_DIR) / ".." / "shared") / name;
    return std::filesystem::exists(path) ? std::optional(path) : std::nullopt;
}

inline std::string read(std::filesystem::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace tables

#endif
