// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_FLAGS_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_FLAGS_IPP_INCLUDED

#include <constage/dockerfile/flags.hpp>
#include <constage/dockerfile/text.hpp>
#include <constage/failure.hpp>
#include <constage/plan/suggest.hpp>

#include <algorithm>

namespace constage::dockerfile {

CONSTAGE_INLINE flag_values::flag_values(std::vector<std::string> const& written, std::vector<flag> const& known) {
    for (auto const& word : written) {
        if (!word.starts_with("--")) throw failure("arg should start with -- : " + word);
        auto const equals = word.find('=');
        auto const name = word.substr(2, equals == word.npos ? equals : equals - 2);
        bool const has_value = equals != word.npos;
        auto value = has_value ? word.substr(equals + 1) : std::string();
        auto const at = std::find_if(known.begin(), known.end(), [&](flag const& f) { return f.name == name; });
        if (at == known.end()) {
            std::vector<std::string> names;
            for (auto const& f : known) names.emplace_back(f.name);
            throw failure("unknown flag: --" + name + plan::did_you_mean(name, names));
        }
        if (given(name) && at->kind != flag_kind::list) throw failure("duplicate flag specified: --" + name);
        if (at->kind == flag_kind::truth) {
            if (has_value && value.empty()) throw failure("missing a value on flag: --" + name);
            value = has_value ? to_lower(value) : "true";
            if (value != "true" && value != "false")
                throw failure("expecting boolean value for flag --" + name + ", not: " + word.substr(equals + 1));
        } else if (!has_value) {
            throw failure("missing a value on flag: --" + name).with_hint("write --" + name + "=…");
        }
        values_[name].push_back(std::move(value));
    }
}

CONSTAGE_INLINE std::string flag_values::text(std::string_view name) const {
    auto const at = values_.find(name);
    return at == values_.end() ? std::string() : at->second.back();
}

CONSTAGE_INLINE std::vector<std::string> flag_values::list(std::string_view name) const {
    auto const at = values_.find(name);
    return at == values_.end() ? std::vector<std::string>() : at->second;
}

CONSTAGE_INLINE std::optional<bool> flag_values::truth(std::string_view name) const {
    auto const at = values_.find(name);
    return at == values_.end() ? std::nullopt : std::optional(at->second.back() == "true");
}

CONSTAGE_INLINE std::vector<flag> const& flags_of(std::string_view keyword) {
    using enum flag_kind;
    static std::vector<flag> const none;
    static std::vector<flag> const from{{"platform", text}};
    static std::vector<flag> const add{{"exclude", list},       {"chown", text},    {"chmod", text},  {"link", truth},
                                       {"keep-git-dir", truth}, {"checksum", text}, {"unpack", truth}};
    static std::vector<flag> const copy{{"exclude", list}, {"parents", truth}, {"chown", text},
                                        {"from", text},    {"link", truth},    {"chmod", text}};
    static std::vector<flag> const run{{"mount", list}, {"network", text}, {"security", text}, {"device", list}};
    static std::vector<flag> const health{
        {"interval", text}, {"timeout", text}, {"start-period", text}, {"start-interval", text}, {"retries", text}};
    if (keyword == "FROM") return from;
    if (keyword == "ADD") return add;
    if (keyword == "COPY") return copy;
    if (keyword == "RUN") return run;
    if (keyword == "HEALTHCHECK") return health;
    return none;
}

}  // namespace constage::dockerfile

#endif
