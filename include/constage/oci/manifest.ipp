// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_MANIFEST_IPP_INCLUDED
#define CONSTAGE_OCI_MANIFEST_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/json_reader.ipp>
#include <constage/oci/manifest.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace constage::oci {

namespace manifest_detail {

inline constexpr std::size_t limit = 16u << 20;
inline constexpr std::uint64_t largest_blob = std::uint64_t(1) << 44;  // 16 TiB: more is a mistake or an attack
inline constexpr int most_documents = 1000;                            // read while looking for one image
inline constexpr int deepest_index = 4;

CONSTAGE_INLINE descriptor read_descriptor(json_reader const& from) {
    if (!from.present()) throw from.wrong("a descriptor");
    descriptor d;
    d.media_type = from["mediaType"].text();
    d.digest = from["digest"].text();
    if (!files::is_digest(d.digest)) throw failure(from.name() + ".digest must be a sha256 digest, not \"" + d.digest + "\"");
    auto const size = from["size"].number();
    if (size < 0 || std::uint64_t(size) > largest_blob) throw failure(from.name() + ".size cannot be " + std::to_string(size));
    d.size = std::uint64_t(size);
    from["annotations"].members([&](std::string const& key, json_reader const& value) { d.annotations[key] = value.text(); });
    return d;
}

CONSTAGE_INLINE std::optional<platform> read_platform(json_reader const& from) {
    if (!from.present()) return std::nullopt;
    platform p;
    p.os = from["os"].text();
    p.architecture = from["architecture"].text();
    p.variant = from["variant"].text();
    p.os_version = from["os.version"].text();
    return p;
}

CONSTAGE_INLINE nlohmann::json document(std::string_view text, char const* name) {
    auto result = json_reader::parse(text, name, limit);
    json_reader const from(result, name);
    if (!result.is_object()) throw from.wrong("an object");
    if (auto const version = from["schemaVersion"].number(); version == 1)
        throw failure(std::string(name) + " has schema version 1, which is not supported")
            .with_hint("push the image again with a current tool");
    // One text must not be an index for some and a manifest for others.
    if (result.contains("manifests") && (result.contains("layers") || result.contains("config")))
        throw failure(std::string(name) + " has fields of an index and of an image");
    return result;
}

CONSTAGE_INLINE bool is_index(std::string_view text, std::string const& type) {
    if (type == media_type::index || type == media_type::docker_list) return true;
    if (type == media_type::manifest || type == media_type::docker_manifest) return false;
    auto const parsed = document(text, "the manifest");
    auto const own = json_reader(parsed, "the manifest")["mediaType"].text();
    if (own == media_type::index || own == media_type::docker_list) return true;
    if (own.empty() || own == media_type::manifest || own == media_type::docker_manifest) return parsed.contains("manifests");
    throw failure("the manifest has the media type " + own + ", which is no image");
}

CONSTAGE_INLINE bool is_no_image(index_entry const& e) {
    return e.what.annotations.contains("vnd.docker.reference.type") || !e.artifact_type.empty() ||
           (e.platform && (e.platform->os == "unknown" || e.platform->architecture == "unknown"));
}

/// Collects what may be the image, without reading more than needed: entries that say their platform are not opened.
class search {
public:
    search(platform const& wanted, document_reader const& read) : wanted_(wanted), read_(read) {}

    struct candidate {
        descriptor what;
        std::optional<platform> is;
    };

    void add(index_entry const& e, int depth) {
        if (is_no_image(e)) return;
        if (e.platform && !e.platform->os.empty() && e.what.media_type != media_type::index && e.what.media_type != media_type::docker_list)
            return insert({e.what, e.platform});
        if (depth > deepest_index) throw failure("indexes are nested too deeply");
        auto const text = open(e.what);
        if (!is_index(text, e.what.media_type)) return insert({e.what, e.platform});
        for (auto const& below : parse_index(text)) add(below, depth + 1);
    }

    descriptor best() {
        if (all_.empty()) throw failure("there is no image in it");
        if (all_.size() == 1) return all_.front().what;
        int distance = -1;
        candidate const* found = nullptr;
        for (auto& c : all_) {
            if (!c.is) c.is = look_inside(c.what);
            int const d = platform_distance(wanted_, *c.is);
            if (d < 0 || (found && d >= distance)) continue;
            found = &c;
            distance = d;
        }
        if (found) return found->what;
        std::string list;
        for (auto const& c : all_) list += (list.empty() ? "" : ", ") + c.is->text();
        throw failure("there is no image for " + wanted_.text() + " in it, only for " + list);
    }

    std::string open(descriptor const& d) {
        if (++opened_ > most_documents) throw failure("there are too many manifests in it");
        return read_(d);
    }

private:
    void insert(candidate c) {
        if (seen_.insert(c.what.digest).second) all_.push_back(std::move(c));
    }
    platform look_inside(descriptor const& d) { return parse_config(open(parse_manifest(open(d)).config)).platform; }

    platform const& wanted_;
    document_reader const& read_;
    std::vector<candidate> all_;
    std::set<std::string> seen_;
    int opened_ = 0;
};

}  // namespace manifest_detail

CONSTAGE_INLINE std::string media_type::as_oci_layer(std::string const& type) {
    std::string const plain = layer;
    if (type == plain || type == plain + "+gzip" || type == plain + "+zstd") return type;
    std::string const docker = docker_layer;
    if (type == docker) return plain;
    if (type == docker + ".gzip" || type == "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip") return plain + "+gzip";
    if (type == docker + ".zstd") return plain + "+zstd";
    std::string const foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar";
    if (type.starts_with(foreign)) return as_oci_layer(plain + type.substr(foreign.size()));
    throw failure("a layer has the media type \"" + type + "\", which is not supported");
}

CONSTAGE_INLINE std::vector<index_entry> parse_index(std::string_view text) {
    auto const parsed = manifest_detail::document(text, "index");
    json_reader const from(parsed, "index");
    std::vector<index_entry> entries;
    from["manifests"].each([&](json_reader const& e) {
        auto const what = manifest_detail::read_descriptor(e);
        entries.push_back({what, manifest_detail::read_platform(e["platform"]), e["artifactType"].text()});
    });
    return entries;
}

CONSTAGE_INLINE manifest parse_manifest(std::string_view text) {
    auto const parsed = manifest_detail::document(text, "manifest");
    json_reader const from(parsed, "manifest");
    manifest m;
    m.config = manifest_detail::read_descriptor(from["config"]);
    auto const& type = m.config.media_type;
    if (!type.empty() && type != media_type::config && type != media_type::docker_config)
        throw failure("this is no container image: its config has the media type " + type);
    from["layers"].each([&](json_reader const& e) {
        m.layers.push_back(manifest_detail::read_descriptor(e));
        media_type::as_oci_layer(m.layers.back().media_type);
    });
    return m;
}

CONSTAGE_INLINE void verify(std::string_view bytes, descriptor const& d) {
    if (bytes.size() != d.size)
        throw failure("the blob " + d.digest + " has " + std::to_string(bytes.size()) + " bytes, but it must have " +
                      std::to_string(d.size));
    if (auto const digest = files::digest_of(bytes); digest != d.digest)
        throw failure("the content is " + digest + ", but it must be " + d.digest)
            .with_hint("the source is damaged or not what it claims to be: get it anew");
}

CONSTAGE_INLINE image find_image(std::vector<index_entry> const& roots, platform const& wanted, document_reader const& read) {
    manifest_detail::search all(wanted, read);
    for (auto const& root : roots) all.add(root, 0);
    image i;
    i.manifest = all.best();
    i.manifest_json = all.open(i.manifest);
    auto m = parse_manifest(i.manifest_json);
    i.config_descriptor = m.config;
    i.layers = std::move(m.layers);
    i.config = parse_config(all.open(i.config_descriptor));
    if (i.layers.size() != i.config.diff_ids.size())
        throw failure("the manifest has " + std::to_string(i.layers.size()) + " layers, but its config " +
                      std::to_string(i.config.diff_ids.size()));
    return i;
}

CONSTAGE_INLINE std::string index_of(std::vector<image> const& images) {
    auto entries = nlohmann::json::array();
    for (auto const& i : images) {
        nlohmann::json platform = {{"os", i.config.platform.os}, {"architecture", i.config.platform.architecture}};
        if (!i.config.platform.variant.empty()) platform["variant"] = i.config.platform.variant;
        if (!i.config.platform.os_version.empty()) platform["os.version"] = i.config.platform.os_version;
        if (!i.config.os_features.empty()) platform["os.features"] = i.config.os_features;
        entries.push_back(
            {{"mediaType", i.manifest.media_type}, {"digest", i.manifest.digest}, {"size", i.manifest.size}, {"platform", platform}});
    }
    nlohmann::json const index = {{"schemaVersion", 2}, {"mediaType", media_type::index}, {"manifests", entries}};
    return index.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace constage::oci

#endif
