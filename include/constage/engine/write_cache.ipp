// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_WRITE_CACHE_IPP_INCLUDED
#define CONSTAGE_ENGINE_WRITE_CACHE_IPP_INCLUDED

#include <constage/engine/build_run.hpp>
#include <constage/engine/choices.hpp>
#include <constage/engine/key.hpp>
#include <constage/oci/layer.hpp>
#include <constage/oci/reference.hpp>

#include <algorithm>
#include <set>

namespace constage::engine {

namespace write_cache_detail {

/// What an image's cache consists of.
struct contents {
    files::diff records;
    std::set<std::string> paths;
    std::vector<layer_record> layers;
    std::set<std::string> blobs;

    void add_text(std::string const& path, std::string text) {
        if (!paths.insert(path).second) return;
        auto n = std::make_shared<files::node>();
        n->size = text.size();
        n->content.text = std::move(text);
        records.push_back({path, files::change::kind::put, std::move(n)});
    }
    void add_step(std::string const& key, step_record const& r) { add_text("steps/" + key.substr(7), text_of(r)); }
    void add_layer(std::string const& name, layer_record const& r) {
        add_text("blobs-of/" + name.substr(7), text_of(r));
        if (blobs.insert(r.blob.digest).second) layers.push_back(r);
    }
};

CONSTAGE_INLINE layer_record records_layer(files::diff records, store& where) {
    std::sort(records.begin(), records.end(), [](auto const& a, auto const& b) { return a.path < b.path; });
    auto writer = where.blobs().begin();
    auto const made = oci::write_layer(
        records, oci::compression::gzip, -1, 1, [&](std::string_view bytes) { writer->write(bytes); }, std::nullopt);
    return {{made.media_type, writer->commit(), made.size, {}}, made.diff_id, made.uncompressed};
}

}  // namespace write_cache_detail

CONSTAGE_INLINE void write_cache(cache_place const& to, std::vector<std::unique_ptr<platform_build>> const& builds, options const& how,
                                 store& where) {
    write_cache_detail::contents all;
    for (auto const& b : builds) {
        auto const shipped = tasks_in_images(*b);
        for (std::size_t i = 0; i != b->what.tasks.size(); ++i) {
            auto const& t = b->what.tasks[i];
            if (t.what == task::kind::base || (!to.all && !shipped.contains(i))) continue;
            auto const& record = b->done->record(i);
            all.add_step(b->done->key(i), record);
            all.add_step(key_of(record.ingredients), record);
            if (t.what == task::kind::run || shipped.contains(i))
                all.add_layer(layer_name(record.result), make_layer(*b->done, i, layer_format{}, where));
        }
    }
    oci::image_config config;
    config.platform = oci::local_platform();
    config.labels[cache_label] = cache_version;
    std::vector<oci::descriptor> blobs;
    all.layers.insert(all.layers.begin(), write_cache_detail::records_layer(std::move(all.records), where));
    for (auto const& l : all.layers) {
        blobs.push_back(l.blob);
        config.diff_ids.push_back(l.diff_id);
    }
    auto const image = oci::make_image(config, blobs, where.blobs());
    if (to.registry)
        oci::push(image, oci::parse_reference(to.where), where.blobs(), registry_options_of(how), {}, how.stop);
    else
        oci::write_oci({image}, {"cache:" + to.tag}, to.where, false, where.blobs());
}

}  // namespace constage::engine

#endif
