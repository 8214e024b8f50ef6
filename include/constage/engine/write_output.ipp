// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_WRITE_OUTPUT_IPP_INCLUDED
#define CONSTAGE_ENGINE_WRITE_OUTPUT_IPP_INCLUDED

#include <constage/engine/build_run.hpp>
#include <constage/engine/choices.hpp>
#include <constage/failure.hpp>
#include <constage/files/materialize.hpp>
#include <constage/oci/reference.hpp>
#include <constage/system_failure.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace constage::engine {

namespace write_output_detail {

CONSTAGE_INLINE std::string folder_of(oci::platform const& p) {
    auto name = p.text();
    std::replace(name.begin(), name.end(), '/', '_');
    return name;
}

CONSTAGE_INLINE void make_directories(std::string const& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) throw system_failure("make the directory", path, error.value()).with_hint("choose another -o dest=");
}

CONSTAGE_INLINE files::tree root_of(platform_build const& b) { return b.done->tree(b.what.stages[b.what.resolution.targets.back()].files); }

CONSTAGE_INLINE void write_local(output const& o, std::vector<std::unique_ptr<platform_build>> const& builds) {
    for (auto const& b : builds) {
        auto const place = builds.size() == 1 ? o.dest : o.dest + "/" + folder_of(b->platform);
        make_directories(place);
        files::export_tree(root_of(*b), place);
    }
}

CONSTAGE_INLINE files::tree joined(std::vector<std::unique_ptr<platform_build>> const& builds) {
    if (builds.size() == 1) return root_of(*builds.front());
    auto root = std::make_shared<files::node>();
    root->type = files::type::directory;
    root->mode = 0755;
    for (auto const& b : builds) root->entries.put(folder_of(b->platform), root_of(*b).root());
    return files::tree(root);
}

CONSTAGE_INLINE void push(std::vector<oci::image> const& images, std::vector<std::string> const& names, options const& how, store& where) {
    if (names.empty()) throw failure("pushing needs a name").with_hint("pass -t REGISTRY/NAME:TAG").as_usage();
    auto const registry = registry_options_of(how);
    for (auto const& name : names) {
        auto const to = oci::parse_reference(name);
        if (images.size() == 1)
            oci::push(images.front(), to, where.blobs(), registry, {}, how.stop);
        else
            oci::push(images, to, where.blobs(), registry, {}, how.stop);
    }
}

}  // namespace write_output_detail

CONSTAGE_INLINE void write_output(output const& o, std::vector<oci::image> const& images,
                                  std::vector<std::unique_ptr<platform_build>> const& builds, early_archive* begun, options const& how,
                                  store& where) {
    using namespace write_output_detail;
    auto names = how.tags;
    names.insert(names.end(), o.names.begin(), o.names.end());
    switch (o.what) {
        case output::kind::store:
            return tag_in_store(where, images, names);
        case output::kind::oci:
            return begun ? oci::write_oci(images, names, begun->writer(), where.blobs())
                         : oci::write_oci(images, names, o.dest, o.tar, where.blobs());
        case output::kind::docker:
            if (images.size() > 1) throw failure("-o type=docker holds one platform only").with_hint("use -o type=oci").as_usage();
            return begun ? oci::write_docker(images.front(), names, begun->writer(), where.blobs())
                         : oci::write_docker(images.front(), names, o.dest, where.blobs());
        case output::kind::tar:
            return oci::write_tar(joined(builds), o.dest, o.rewrite_timestamp ? how.source_date_epoch : std::nullopt);
        case output::kind::local:
            return write_local(o, builds);
        case output::kind::registry:
            return push(images, names, how, where);
    }
}

CONSTAGE_INLINE void tag_in_store(store& where, std::vector<oci::image> const& images, std::vector<std::string> const& tags) {
    auto const only_one = where.lock("index");
    auto index = nlohmann::json::parse(where.find_text("index.json").value_or("{}"), nullptr, false);
    if (!index.is_object()) index = nlohmann::json::object();
    auto manifests = index.value("manifests", nlohmann::json::array());
    auto const before = manifests;
    auto const named = [](nlohmann::json const& m) {
        return m.value("annotations", nlohmann::json::object()).value("org.opencontainers.image.ref.name", std::string());
    };
    auto const add = [&](oci::image const& image, std::string const& name) {
        nlohmann::json entry = {{"mediaType", image.manifest.media_type}, {"digest", image.manifest.digest}, {"size", image.manifest.size}};
        entry["platform"] = {{"os", image.config.platform.os}, {"architecture", image.config.platform.architecture}};
        if (!name.empty()) entry["annotations"] = {{"org.opencontainers.image.ref.name", name}};
        std::erase_if(manifests.get_ref<nlohmann::json::array_t&>(), [&](auto const& m) {
            return name.empty() ? m == entry : named(m) == name && m.value("platform", nlohmann::json()) == entry["platform"];
        });
        manifests.push_back(std::move(entry));
    };
    for (auto const& image : images) {
        if (tags.empty()) add(image, "");
        for (auto const& tag : tags) add(image, oci::parse_reference(tag).text());
    }
    if (manifests == before) return;
    index = {{"schemaVersion", 2}, {"mediaType", "application/vnd.oci.image.index.v1+json"}, {"manifests", manifests}};
    where.put_text("index.json", index.dump());
}

}  // namespace constage::engine

#endif
