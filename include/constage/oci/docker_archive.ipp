// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_DOCKER_ARCHIVE_IPP_INCLUDED
#define CONSTAGE_OCI_DOCKER_ARCHIVE_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/docker_archive.hpp>
#include <constage/oci/json_reader.ipp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace constage::oci {

namespace docker_archive_detail {

/// One element of manifest.json.
struct saved {
    std::string config;
    std::vector<std::string> tags, layers;
};

CONSTAGE_INLINE std::vector<saved> parse(std::string_view text) {
    auto const parsed = json_reader::parse(text, "manifest.json", 16u << 20);
    std::vector<saved> all;
    json_reader(parsed, "manifest.json").each([&](json_reader const& e) {
        saved s;
        s.config = e["Config"].text();
        e["RepoTags"].each([&](json_reader const& tag) { s.tags.push_back(tag.text()); });
        e["Layers"].each([&](json_reader const& layer) { s.layers.push_back(layer.text()); });
        all.push_back(std::move(s));
    });
    return all;
}

/// "busybox:1" is tagged "busybox:1", "docker.io/library/busybox:1" and "1".
CONSTAGE_INLINE bool is_tagged(saved const& s, std::string const& name) {
    return std::any_of(s.tags.begin(), s.tags.end(),
                       [&](std::string const& tag) { return tag == name || tag.ends_with(":" + name) || name.ends_with("/" + tag); });
}

CONSTAGE_INLINE saved const& select(std::vector<saved> const& all, std::string const& selector) {
    if (selector.empty() && all.size() == 1) return all.front();
    std::string list;
    for (auto const& s : all) {
        if (is_tagged(s, selector.empty() ? "latest" : selector)) return s;
        if (selector.starts_with("sha256:") && s.config.find(selector.substr(7)) != std::string::npos) return s;
        for (auto const& tag : s.tags) list += (list.empty() ? "" : ", ") + tag;
    }
    throw failure((selector.empty() ? "it holds several images" : "it has no image \"" + selector + "\"") + "; it has " +
                  (list.empty() ? "no tags" : list))
        .with_hint("name one: PATH:TAG");
}

/// "+gzip", "+zstd" or nothing, by the first bytes.
CONSTAGE_INLINE std::string compression_of(bundle const& from, std::string const& name) {
    struct enough {};
    std::string head;
    try {
        from.stream(name, [&](std::string_view bytes) {
            head += bytes.substr(0, 4);
            if (head.size() >= 4) throw enough{};
        });
    } catch (enough const&) {}
    if (head.starts_with("\x1f\x8b")) return "+gzip";
    if (head.starts_with("\x28\xb5\x2f\xfd")) return "+zstd";
    return "";
}

CONSTAGE_INLINE descriptor describe_layer(bundle const& from, std::string const& name, std::string const& diff_id) {
    descriptor d;
    auto const size = from.size(name);
    if (!size) throw failure("it lacks the layer " + name);
    d.size = *size;
    auto const compression = compression_of(from, name);
    d.media_type = media_type::layer + compression;
    d.digest = diff_id;  // of a plain tar; of a compressed one nobody has said it
    if (!compression.empty()) {
        files::hasher hash;
        from.stream(name, [&](std::string_view bytes) { hash.update(bytes); });
        d.digest = hash.finish();
    }
    return d;
}

CONSTAGE_INLINE nlohmann::json json_of(descriptor const& d) {
    return {{"mediaType", d.media_type}, {"digest", d.digest}, {"size", d.size}};
}

}  // namespace docker_archive_detail

CONSTAGE_INLINE docker_archive read_docker_archive(bundle const& from, std::string const& selector) {
    using namespace docker_archive_detail;
    auto const all = parse(from.read("manifest.json"));
    if (all.empty()) throw failure("it holds no image");
    auto const& chosen = select(all, selector);
    docker_archive result;
    auto& i = result.image;
    auto const config = from.read(chosen.config);
    i.config = parse_config(config);
    i.config_descriptor = {media_type::config, files::digest_of(config), config.size(), {}};
    if (chosen.layers.size() != i.config.diff_ids.size())
        throw failure("manifest.json has " + std::to_string(chosen.layers.size()) + " layers, but the config " +
                      std::to_string(i.config.diff_ids.size()));
    auto layers = nlohmann::json::array();
    for (std::size_t n = 0; n < chosen.layers.size(); ++n) {
        i.layers.push_back(describe_layer(from, chosen.layers[n], i.config.diff_ids[n]));
        result.names[i.layers.back().digest] = chosen.layers[n];
        layers.push_back(json_of(i.layers.back()));
    }
    nlohmann::json const manifest = {
        {"schemaVersion", 2}, {"mediaType", media_type::manifest}, {"config", json_of(i.config_descriptor)}, {"layers", layers}};
    i.manifest_json = manifest.dump();
    i.manifest = {media_type::manifest, files::digest_of(i.manifest_json), i.manifest_json.size(), {}};
    result.names[i.config_descriptor.digest] = chosen.config;
    return result;
}

}  // namespace constage::oci

#endif
