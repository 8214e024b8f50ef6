// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_CACHE_PLACE_IPP_INCLUDED
#define CONSTAGE_ENGINE_CACHE_PLACE_IPP_INCLUDED

#include <constage/engine/cache_place.hpp>
#include <constage/failure.hpp>

#include <algorithm>
#include <map>
#include <vector>

namespace constage::engine {

namespace cache_place_detail {

/// The fields of "key=value,key=value"; those that are not in `known` are refused.
CONSTAGE_INLINE std::map<std::string, std::string> fields_of(std::string const& option, std::string_view text,
                                                             std::vector<std::string> const& known) {
    std::map<std::string, std::string> fields;
    for (auto rest = text; !rest.empty();) {
        auto const field = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(field.size() + 1, rest.size()));
        auto const equals = field.find('=');
        auto const key = std::string(field.substr(0, equals));
        if (equals == field.npos || std::find(known.begin(), known.end(), key) == known.end())
            throw failure("invalid field \"" + std::string(field) + "\" of " + option)
                .with_hint("write " + option + " type=local," + known.front() + "=DIR or " + option + " type=registry,ref=NAME")
                .as_usage();
        fields[key] = field.substr(equals + 1);
    }
    return fields;
}

CONSTAGE_INLINE cache_place place_of(std::string const& option, std::map<std::string, std::string> const& fields, char const* directory) {
    auto const field = [&](std::string const& key) {
        auto const at = fields.find(key);
        return at == fields.end() ? std::string() : at->second;
    };
    cache_place p;
    if (field("type") != "local" && field("type") != "registry")
        throw failure(option + " type=" + field("type") + " is not supported").with_hint("the types are local and registry").as_usage();
    p.registry = field("type") == "registry";
    p.where = field(p.registry ? "ref" : directory);
    if (p.where.empty())
        throw failure(option + " type=" + field("type") + " needs " + (p.registry ? "ref=NAME" : directory + std::string("=DIR")))
            .as_usage();
    if (auto const tag = field("tag"); !tag.empty()) p.tag = tag;
    p.digest = field("digest");
    if (auto const mode = field("mode"); mode == "max")
        p.all = true;
    else if (!mode.empty() && mode != "min")
        throw failure("unknown mode \"" + mode + "\" of " + option).with_hint("use min or max").as_usage();
    p.ignore_error = field("ignore-error") == "true" || field("ignore-error") == "1";
    return p;
}

/// "registry/project:cache" alone.
CONSTAGE_INLINE bool is_name(std::string_view text) { return !text.empty() && text.find('=') == text.npos; }
CONSTAGE_INLINE cache_place named(std::string_view text) {
    cache_place p;
    p.registry = true;
    p.where = text;
    return p;
}

}  // namespace cache_place_detail

CONSTAGE_INLINE cache_place parse_cache_to(std::string_view text) {
    using namespace cache_place_detail;
    if (is_name(text)) return named(text);
    return place_of("--cache-to", fields_of("--cache-to", text, {"dest", "type", "ref", "mode", "tag", "ignore-error"}), "dest");
}

CONSTAGE_INLINE cache_place parse_cache_from(std::string_view text) {
    using namespace cache_place_detail;
    if (is_name(text)) return named(text);
    return place_of("--cache-from", fields_of("--cache-from", text, {"src", "type", "ref", "tag", "digest"}), "src");
}

}  // namespace constage::engine

#endif
