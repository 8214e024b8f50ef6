// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_OUTPUT_IPP_INCLUDED
#define CONSTAGE_ENGINE_OUTPUT_IPP_INCLUDED

#include <constage/engine/output.hpp>
#include <constage/failure.hpp>

#include <cstdlib>

namespace constage::engine {

namespace output_detail {

/// Fields of one CSV record: commas inside double quotes do not separate.
CONSTAGE_INLINE std::vector<std::string> fields(std::string_view text) {
    std::vector<std::string> result(1);
    bool quoted = false;
    for (char const c : text) {
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            result.emplace_back();
        else
            result.back() += c;
    }
    return result;
}

CONSTAGE_INLINE output::kind kind_of(std::string const& type) {
    if (type == "oci") return output::kind::oci;
    if (type == "docker") return output::kind::docker;
    if (type == "tar") return output::kind::tar;
    if (type == "local") return output::kind::local;
    if (type == "image") return output::kind::store;
    if (type == "registry") return output::kind::registry;
    throw failure("unknown output type \"" + type + "\"").with_hint("the types are oci, docker, tar, local, image and registry").as_usage();
}

CONSTAGE_INLINE bool flag(std::string const& value) { return value == "true" || value == "1" || value.empty(); }

CONSTAGE_INLINE void set(output& o, std::string const& key, std::string const& value, bool& push) {
    if (key == "type")
        o.what = kind_of(value);
    else if (key == "dest")
        o.dest = value;
    else if (key == "name")
        o.names = fields(value);
    else if (key == "tar")
        o.tar = flag(value);
    else if (key == "compression")
        o.compression = value;
    else if (key == "compression-level")
        o.compression_level = std::atoi(value.c_str());
    else if (key == "rewrite-timestamp")
        o.rewrite_timestamp = flag(value);
    else if (key == "push")
        push = flag(value);
    else if (key != "oci-mediatypes" && key != "unpack" && key != "store" && key != "force-compression")
        throw failure("unknown field \"" + key + "\" of -o")
            .with_hint("the fields are type, dest, name, tar, compression, compression-level, rewrite-timestamp and push")
            .as_usage();
}

}  // namespace output_detail

CONSTAGE_INLINE output parse_output(std::string_view text) {
    using namespace output_detail;
    output o;
    if (text.empty()) throw failure("-o needs a value").with_hint("write -o DIR or -o type=oci,dest=FILE").as_usage();
    if (text == "-" || text.find('=') == text.npos) {
        o.what = text == "-" ? output::kind::tar : output::kind::local;
        o.dest = text;
        return o;
    }
    bool push = false, typed = false;
    for (auto const& field : fields(text)) {
        auto const equals = field.find('=');
        if (equals == std::string::npos)
            throw failure("invalid field \"" + field + "\" of -o").with_hint("write key=value,key=value").as_usage();
        typed = typed || field.starts_with("type=");
        set(o, field.substr(0, equals), field.substr(equals + 1), push);
    }
    if (!typed)
        throw failure("-o " + std::string(text) + " names no type")
            .with_hint("add type=oci, docker, tar, local, image or registry")
            .as_usage();
    if (push) o.what = output::kind::registry;
    if (o.compression != "" && o.compression != "gzip" && o.compression != "zstd" && o.compression != "uncompressed")
        throw failure("unknown compression \"" + o.compression + "\"").with_hint("use gzip, zstd or uncompressed").as_usage();
    if (o.dest.empty() && (o.what == output::kind::local || (o.what == output::kind::oci && !o.tar)))
        throw failure("-o " + std::string(text) + " needs dest=DIR").as_usage();
    if (o.dest.empty() && (o.what == output::kind::tar || o.what == output::kind::oci || o.what == output::kind::docker)) o.dest = "-";
    return o;
}

}  // namespace constage::engine

#endif
