// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_VALUES_HPP_INCLUDED
#define CONSTAGE_CLI_VALUES_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/build.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Values of options, spelled as buildx spells them. All throw constage::failure with `usage` set, naming option and value.
namespace constage::cli {

/// "k=v"; without "=": no value.
std::pair<std::string, std::optional<std::string>> parse_assignment(std::string_view option, std::string const& text);
/// `--build-arg k=v`, or `k`: from the environment; none if it is not set there (B002).
std::optional<std::pair<std::string, std::string>> parse_build_arg(std::string const& text);
/// `--secret id=x[,src=FILE|,env=NAME][,type=file|env]`, or a bare path `x` (B014).
engine::secret parse_secret(std::string const& text);
/// "64m", "1g", "1024": bytes, by powers of 1024.
std::uint64_t parse_size(std::string_view option, std::string const& text);
/// "24h", "7d", "1h30m", "90s": seconds.
std::int64_t parse_age(std::string_view option, std::string const& text);
/// `--timestamp`, $SOURCE_DATE_EPOCH: seconds since 1970.
std::int64_t parse_timestamp(std::string_view option, std::string const& text);
/// "a,b" → a, b; blanks around are dropped.
std::vector<std::string> split_list(std::string_view text);

}  // namespace constage::cli

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/cli/values.ipp>
#endif
#endif
