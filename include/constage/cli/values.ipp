// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_VALUES_IPP_INCLUDED
#define CONSTAGE_CLI_VALUES_IPP_INCLUDED

#include <constage/cli/values.hpp>
#include <constage/failure.hpp>

#include <charconv>
#include <cstdlib>
#include <limits>

namespace constage::cli {

namespace values_detail {

[[noreturn]] CONSTAGE_INLINE void refuse(std::string_view option, std::string const& text, std::string const& hint) {
    throw failure("invalid value \"" + text + "\" for " + std::string(option)).with_hint(hint).as_usage();
}

/// The number at the start of `text`, which is taken off.
CONSTAGE_INLINE std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

}  // namespace values_detail

CONSTAGE_INLINE std::pair<std::string, std::optional<std::string>> parse_assignment(std::string_view option, std::string const& text) {
    auto const equals = text.find('=');
    if (text.empty() || equals == 0) values_detail::refuse(option, text, "write NAME=VALUE");
    if (equals == std::string::npos) return {text, std::nullopt};
    return {text.substr(0, equals), text.substr(equals + 1)};
}

CONSTAGE_INLINE std::optional<std::pair<std::string, std::string>> parse_build_arg(std::string const& text) {
    auto [name, value] = parse_assignment("--build-arg", text);
    if (!value)
        if (auto const* set = std::getenv(name.c_str())) value = set;
    if (!value) return std::nullopt;
    return std::pair(std::move(name), std::move(*value));
}

CONSTAGE_INLINE engine::secret parse_secret(std::string const& text) {
    engine::secret s;
    std::string type;
    for (auto const& field : split_list(text)) {
        auto const [key, value] = parse_assignment("--secret", field);
        if (!value && s.id.empty())
            s.id = s.src = key;
        else if (!value)
            values_detail::refuse("--secret", text, "write id=NAME,src=FILE or id=NAME,env=VARIABLE");
        else if (key == "id")
            s.id = *value;
        else if (key == "src" || key == "source")
            s.src = *value;
        else if (key == "env")
            s.env = *value;
        else if (key == "type")
            type = *value;
        else
            values_detail::refuse("--secret", text, "the fields are id, src, env and type");
    }
    if (!type.empty() && type != "file" && type != "env") values_detail::refuse("--secret", text, "type is file or env");
    if (s.id.empty()) values_detail::refuse("--secret", text, "name it: id=NAME");
    if (type == "env" && s.env.empty()) {  // src names the variable then
        s.env = s.src.empty() ? s.id : s.src;
        s.src.clear();
    }
    if (s.src.empty() && s.env.empty()) {
        if (type != "file" && std::getenv(s.id.c_str()))
            s.env = s.id;
        else
            s.src = s.id;
    }
    return s;
}

CONSTAGE_INLINE std::uint64_t parse_size(std::string_view option, std::string const& text) {
    constexpr auto hint = "write a number of bytes, or with a unit: 64m, 1g";
    std::string_view rest = text;
    auto value = values_detail::take_number(rest);
    if (!value) values_detail::refuse(option, text, hint);
    if (rest.ends_with('b') || rest.ends_with('B')) rest.remove_suffix(1);
    if (rest.ends_with('i')) rest.remove_suffix(1);
    std::string_view const units = "kmgt";
    if (rest.empty()) return *value;
    auto const unit = units.find(static_cast<char>(rest.front() | 0x20));
    if (rest.size() != 1 || unit == units.npos) values_detail::refuse(option, text, hint);
    auto const shift = 10 * (unit + 1);
    if (*value > (std::numeric_limits<std::uint64_t>::max() >> shift)) values_detail::refuse(option, text, "that is more than fits");
    return *value << shift;
}

CONSTAGE_INLINE std::int64_t parse_age(std::string_view option, std::string const& text) {
    std::int64_t seconds = 0;
    std::string_view rest = text;
    do {
        auto const value = values_detail::take_number(rest);
        std::string_view const units = "smhd";
        auto const unit = rest.empty() ? units.npos : units.find(rest.front());
        if (!value || unit == units.npos || *value > 1'000'000'000) values_detail::refuse(option, text, "write 24h, 7d, 90m or 30s");
        constexpr std::int64_t lengths[] = {1, 60, 3600, 86400};
        seconds += static_cast<std::int64_t>(*value) * lengths[unit];
        rest.remove_prefix(1);
    } while (!rest.empty());
    return seconds;
}

CONSTAGE_INLINE std::int64_t parse_timestamp(std::string_view option, std::string const& text) {
    std::string_view rest = text;
    auto const value = values_detail::take_number(rest);
    if (!value || !rest.empty() || *value > static_cast<std::uint64_t>(engine::latest_epoch))
        values_detail::refuse(option, text, "give the seconds since 1970 as a number, at most " + std::to_string(engine::latest_epoch));
    return static_cast<std::int64_t>(*value);
}

CONSTAGE_INLINE std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> result;
    for (;;) {
        auto const comma = text.find(',');
        auto part = text.substr(0, comma);
        while (part.starts_with(' ')) part.remove_prefix(1);
        while (part.ends_with(' ')) part.remove_suffix(1);
        if (!part.empty()) result.emplace_back(part);
        if (comma == text.npos) return result;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace constage::cli

#endif
