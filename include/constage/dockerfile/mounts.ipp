// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_MOUNTS_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_MOUNTS_IPP_INCLUDED

#include <constage/dockerfile/mounts.hpp>
#include <constage/dockerfile/text.hpp>
#include <constage/failure.hpp>
#include <constage/plan/suggest.hpp>

#include <algorithm>
#include <optional>

namespace constage::dockerfile {

namespace mounts_detail {

inline constexpr std::string_view types[] = {"bind", "cache", "tmpfs", "secret", "ssh"};

CONSTAGE_INLINE bool has_variable(std::string_view text) {
    auto const dollar = text.find('$');
    return dollar != text.npos && dollar + 1 != text.size();
}

/// Lower-case key and value of a field; no value if it has no `=`.
CONSTAGE_INLINE std::pair<std::string, std::optional<std::string>> cut(std::string const& field) {
    auto const equals = field.find('=');
    if (equals == field.npos) return {to_lower(field), std::nullopt};
    return {to_lower(field.substr(0, equals)), field.substr(equals + 1)};
}

CONSTAGE_INLINE std::string truth(std::string const& key, std::string const& value) {
    for (auto const* yes : {"1", "t", "T", "TRUE", "true", "True"})
        if (value == yes) return "true";
    for (auto const* no : {"0", "f", "F", "FALSE", "false", "False"})
        if (value == no) return "false";
    if (has_variable(value)) return value;
    throw failure("invalid value for " + key + ": " + value);
}

CONSTAGE_INLINE std::string canonical(std::string const& key) {
    if (key == "src") return "source";
    if (key == "dst" || key == "destination") return "target";
    if (key == "ro") return "readonly";
    if (key == "rw") return "readwrite";
    return key;
}

struct reader {
    plan::mount result;
    std::string type = "bind";

    [[noreturn]] void unexpected(std::string const& key) const {
        throw failure("unexpected key '" + key + "' for mount type '" + type + "'");
    }

    void add(std::string const& field) {
        auto [written, value] = cut(field);
        auto const key = canonical(written);
        bool const flag = key == "readonly" || key == "readwrite" || key == "required";
        if (!value && !flag) throw failure("invalid field '" + field + "' must be a key=value pair");
        if (key == "required" && type != "secret" && type != "ssh") unexpected(key);
        if (key == "size" && type != "tmpfs") unexpected(key);
        auto& options = result.options;
        if (key == "readwrite") {
            auto const rw = value ? truth(key, *value) : "true";
            if (rw != "true" && rw != "false")
                throw failure("a variable in readwrite= of --mount is not supported").with_hint("use readonly=");
            options["readonly"] = rw == "true" ? "false" : "true";
        } else if (flag) {
            options[key] = value ? truth(key, *value) : "true";
        } else if (key == "type") {
            if (!has_variable(*value) && std::find(std::begin(types), std::end(types), *value) == std::end(types))
                throw failure("unsupported mount type \"" + *value + "\"" +
                              plan::did_you_mean(*value, {std::begin(types), std::end(types)}));
            type = options[key] = *value;
        } else {
            static std::vector<std::string> const known{"type", "source", "target", "id",       "sharing",  "mode", "uid",
                                                        "gid",  "size",   "env",    "readonly", "required", "from"};
            if (std::find(known.begin(), known.end(), key) == known.end())
                throw failure("unexpected key '" + written + "' in '" + field + "'" + plan::did_you_mean(key, known));
            options[key] = *value;
        }
    }

    void check() const {
        auto const has = [&](char const* key) {
            auto const at = result.options.find(key);
            return at != result.options.end() && !at->second.empty();
        };
        bool const owned = type == "cache" || type == "secret" || type == "ssh" || has_variable(type);
        for (auto const* key : {"mode", "uid", "gid"})
            if (!owned && has(key)) throw failure(std::string(key) + " not allowed for \"" + type + "\" type mounts");
        if (has("sharing") && type != "cache") throw failure("invalid cache sharing set for " + type + " mount");
        if (type != "secret") return;
        if (result.options.count("from")) throw failure("secret mount should not have a from");
        if (!has("source") && !has("target") && !has("id")) throw failure("invalid secret mount. one of source, target required");
        if (has("source") && has("id")) throw failure("both source and id can't be set");
    }
};

}  // namespace mounts_detail

CONSTAGE_INLINE std::vector<std::string> csv_fields(std::string_view text) {
    std::vector<std::string> fields;
    auto const bad = [&] { return failure("failed to parse csv mounts: " + std::string(text)); };
    for (std::size_t i = 0;;) {
        std::string field;
        if (i != text.size() && text[i] == '"') {
            for (++i;; ++i) {
                if (i == text.size()) throw bad().with_hint("a quote is not closed");
                if (text[i] != '"') {
                    field += text[i];
                } else if (text.substr(i, 2) == "\"\"") {
                    field += text[i++];
                } else {
                    ++i;
                    break;
                }
            }
            if (i != text.size() && text[i] != ',') throw bad().with_hint("a closing quote must end the field");
        } else {
            auto const end = std::min(text.find(',', i), text.size());
            field = text.substr(i, end - i);
            if (field.find('"') != field.npos) throw bad().with_hint("a quote must begin the field");
            i = end;
        }
        fields.push_back(std::move(field));
        if (i == text.size()) return fields;
        ++i;
    }
}

CONSTAGE_INLINE std::string mount_from(std::string_view text) {
    std::string from;
    for (auto const& field : csv_fields(text))
        if (auto const [key, value] = mounts_detail::cut(field); key == "from" && value) from = *value;
    return from;
}

CONSTAGE_INLINE void check_mount(std::string_view text) {
    for (auto const& field : csv_fields(text))
        if (auto const [key, value] = mounts_detail::cut(field); key == "from" && value && mounts_detail::has_variable(*value))
            throw failure("'from' doesn't support variable expansion, define alias stage instead")
                .with_hint("FROM " + *value + " AS …, and from= that stage");
}

CONSTAGE_INLINE plan::mount read_mount(std::string_view text, std::function<plan::reference(std::string const& name)> const& find) {
    mounts_detail::reader r;
    for (auto const& field : csv_fields(text)) r.add(field);
    r.check();
    auto& options = r.result.options;
    options["type"] = r.type;
    if (r.type == "bind" || r.type == "cache" || r.type == "tmpfs") options.try_emplace("target", "");  // the working directory
    if (r.type == "secret" && !options.count("source")) options.try_emplace("id", "");                  // named by its target
    if (r.type == "cache" && options.count("from")) options.try_emplace("source", "");
    auto const from = options.find("from");
    if (from != options.end()) {
        if (!from->second.empty() && r.type != "tmpfs") r.result.from = find(from->second);
        options.erase(from);
    }
    return std::move(r.result);
}

}  // namespace constage::dockerfile

#endif
