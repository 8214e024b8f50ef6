// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_OUTPUT_IPP_INCLUDED
#define CONSTAGE_OCI_OUTPUT_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/layer.hpp>
#include <constage/oci/output.hpp>
#include <constage/oci/output_file.hpp>
#include <constage/oci/reference.hpp>
#include <constage/system_failure.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

namespace constage::oci {

namespace output_detail {

inline constexpr char const* layout_text = R"({"imageLayoutVersion":"1.0.0"})";

CONSTAGE_INLINE std::string dump(nlohmann::json const& j) { return j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace); }

CONSTAGE_INLINE nlohmann::json json_of(descriptor const& d) {
    nlohmann::json j = {{"mediaType", d.media_type}, {"digest", d.digest}, {"size", d.size}};
    if (!d.annotations.empty()) j["annotations"] = d.annotations;
    return j;
}

/// What a layout holds: small files by name, and blobs, each with its size: layers before what names them. A blob may be there twice.
struct contents {
    std::map<std::string, std::string> texts;  ///< blobs that are in no store, too
    std::vector<std::pair<std::string, std::uint64_t>> blobs;
    nlohmann::json index = nlohmann::json::array();
};

CONSTAGE_INLINE contents collect(std::vector<image> const& images, std::vector<std::string> const& names) {
    if (images.empty()) throw failure("there is no image to write");
    contents all;
    for (auto const& i : images) {
        for (auto const& l : i.layers) all.blobs.emplace_back(l.digest, l.size);
        all.blobs.emplace_back(i.config_descriptor.digest, i.config_descriptor.size);
        all.blobs.emplace_back(i.manifest.digest, i.manifest.size);
    }
    nlohmann::json root = {{"mediaType", images.front().manifest.media_type},
                           {"digest", images.front().manifest.digest},
                           {"size", images.front().manifest.size}};
    if (images.size() > 1) {
        auto const index = index_of(images);
        auto const digest = files::digest_of(index);
        all.texts[blob_place(digest)] = index;
        root = {{"mediaType", media_type::index}, {"digest", digest}, {"size", index.size()}};
    }
    auto const& created = images.front().config.created;
    if (created) root["annotations"]["org.opencontainers.image.created"] = *created;
    for (auto const& name : names) {
        auto const r = parse_reference(name);
        auto entry = root;
        entry["annotations"]["io.containerd.image.name"] = r.text();
        if (!r.tag.empty()) entry["annotations"]["org.opencontainers.image.ref.name"] = r.tag;
        all.index.push_back(std::move(entry));
    }
    if (names.empty()) all.index.push_back(std::move(root));
    return all;
}

CONSTAGE_INLINE std::string index_text(nlohmann::json const& entries) {
    return dump({{"schemaVersion", 2}, {"mediaType", media_type::index}, {"manifests", entries}});
}

/// What names the blobs comes after them, as in the archives of BuildKit: the first blob can be written before it has a digest.
CONSTAGE_INLINE void finish(archive_writer& to, contents const& what, blob_store const& store) {
    for (auto const& [digest, size] : what.blobs) to.add_blob(digest, size, store);
    for (auto const& [name, text] : what.texts) to.add(name, text);
    to.commit();
}

CONSTAGE_INLINE void make_directories(std::string const& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) throw system_failure("make the directory", path, error.value());
}

/// The entries that are in the layout already and stay: those of other names.
CONSTAGE_INLINE nlohmann::json merged(std::string const& index_path, nlohmann::json const& ours) {
    std::ifstream in(index_path, std::ios::binary);
    auto const old = nlohmann::json::parse(std::string(std::istreambuf_iterator<char>(in), {}), nullptr, false);
    auto result = nlohmann::json::array();
    auto const name = [](nlohmann::json const& e, char const* key) -> std::string {
        if (!e.is_object() || !e.contains("annotations") || !e["annotations"].is_object()) return {};
        auto const value = e["annotations"].value(key, nlohmann::json());
        return value.is_string() ? value.get<std::string>() : std::string();
    };
    if (old.is_object() && old.contains("manifests") && old["manifests"].is_array())
        for (auto const& e : old["manifests"])
            if (std::none_of(ours.begin(), ours.end(), [&](auto const& o) {
                    return name(e, "org.opencontainers.image.ref.name") == name(o, "org.opencontainers.image.ref.name") &&
                           name(e, "io.containerd.image.name") == name(o, "io.containerd.image.name");
                }))
                result.push_back(e);
    for (auto const& o : ours) result.push_back(o);
    return result;
}

/// Blobs first and the index last: a reader never sees a layout that lacks something.
CONSTAGE_INLINE void write_directory(contents const& what, std::string const& dest, blob_store const& store) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (fs::exists(dest, error) && !fs::exists(dest + "/oci-layout", error) && !fs::is_empty(dest, error))
        throw failure("cannot write an OCI layout to " + dest + ": it holds something else")
            .with_hint("name an empty directory or a new one");
    make_directories(dest + "/blobs/sha256");
    for (auto const& [digest, size] : what.blobs) {
        auto const path = dest + "/" + blob_place(digest);
        if (fs::exists(path, error) && fs::file_size(path, error) == size) continue;
        output_file to(path);
        to.copy(store.path(digest), size);
        to.commit();
    }
    auto const write = [&](std::string const& name, std::string const& text) {
        output_file to(dest + "/" + name);
        to.write(text);
        to.commit();
    };
    for (auto const& [name, text] : what.texts)
        if (name != "index.json") write(name, text);
    write("index.json", index_text(merged(dest + "/index.json", what.index)));
}

}  // namespace output_detail

CONSTAGE_INLINE image make_image(image_config const& config, std::vector<descriptor> const& layers, blob_store& store,
                                 std::map<std::string, std::string> const& annotations) {
    using namespace output_detail;
    if (layers.size() != config.diff_ids.size())
        throw failure("an image with " + std::to_string(layers.size()) + " layers needs as many diff ids, not " +
                      std::to_string(config.diff_ids.size()));
    image i;
    i.config = config;
    auto const config_text = to_json(config);
    i.config_descriptor = {media_type::config, store.put(config_text), config_text.size(), {}};
    nlohmann::json manifest = {{"schemaVersion", 2}, {"mediaType", media_type::manifest}, {"config", json_of(i.config_descriptor)}};
    manifest["layers"] = nlohmann::json::array();
    for (auto l : layers) {
        l.media_type = media_type::as_oci_layer(l.media_type);  // of a base in Docker's format
        manifest["layers"].push_back(json_of(l));
        i.layers.push_back(std::move(l));
    }
    if (!annotations.empty()) manifest["annotations"] = annotations;
    i.manifest_json = dump(manifest);
    i.manifest = {media_type::manifest, store.put(i.manifest_json), i.manifest_json.size(), {}};
    return i;
}

CONSTAGE_INLINE void write_oci(std::vector<image> const& images, std::vector<std::string> const& names, archive_writer& to,
                               blob_store const& store) {
    using namespace output_detail;
    auto what = collect(images, names);
    what.texts["oci-layout"] = layout_text;
    what.texts["index.json"] = index_text(what.index);
    finish(to, what, store);
}

CONSTAGE_INLINE void write_oci(std::vector<image> const& images, std::vector<std::string> const& names, std::string const& dest, bool tar,
                               blob_store const& store) {
    using namespace output_detail;
    if (tar) {
        archive_writer to(dest);
        return write_oci(images, names, to, store);
    }
    auto what = collect(images, names);
    what.texts["oci-layout"] = layout_text;
    write_directory(what, dest, store);
}

CONSTAGE_INLINE void write_docker(image const& image, std::vector<std::string> const& names, archive_writer& to, blob_store const& store) {
    using namespace output_detail;
    auto what = collect({image}, names);
    what.texts["oci-layout"] = layout_text;
    what.texts["index.json"] = index_text(what.index);
    nlohmann::json saved = {
        {"Config", blob_place(image.config_descriptor.digest)}, {"RepoTags", nullptr}, {"Layers", nlohmann::json::array()}};
    for (auto const& l : image.layers) saved["Layers"].push_back(blob_place(l.digest));
    for (auto const& name : names) {
        auto r = parse_reference(name);
        r.digest.clear();  // `docker load` knows tags only
        if (!r.tag.empty()) saved["RepoTags"].push_back(r.familiar());
    }
    what.texts["manifest.json"] = dump(nlohmann::json::array({saved}));
    finish(to, what, store);
}

CONSTAGE_INLINE void write_docker(image const& image, std::vector<std::string> const& names, std::string const& dest,
                                  blob_store const& store) {
    archive_writer to(dest);
    write_docker(image, names, to, store);
}

CONSTAGE_INLINE void write_tar(files::tree const& root, std::string const& dest, std::optional<std::int64_t> clamp_mtime_seconds) {
    output_file to(dest);
    write_layer(
        files::difference(files::tree{}, root), compression::none, 0, 1, [&](std::string_view bytes) { to.write(bytes); },
        clamp_mtime_seconds);
    to.commit();
}

}  // namespace constage::oci

#endif
