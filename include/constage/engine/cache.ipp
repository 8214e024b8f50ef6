// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_CACHE_IPP_INCLUDED
#define CONSTAGE_ENGINE_CACHE_IPP_INCLUDED

#include <sys/stat.h>
#include <unistd.h>

#include <constage/engine/build_run.hpp>
#include <constage/engine/cache.hpp>
#include <constage/engine/key.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>
#include <constage/files/archive.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/materialize.hpp>
#include <constage/oci/layer.hpp>
#include <constage/oci/reference.hpp>

#include <algorithm>
#include <set>

namespace constage::engine {

namespace cache_detail {

/// Says that an image is a cache, and which layout it has.
inline constexpr char const* label = "constage.cache";
inline constexpr char const* version = "1";

/// Changes are written as layers of images are by default, so that these can be the same blobs.
CONSTAGE_INLINE std::string name_of(std::string const& change) { return layer_name(change, layer_format{}); }

CONSTAGE_INLINE oci::registry_options registry_of(options const& how) {
    oci::registry_options r;
    r.plain_http = how.plain_http;
    return r;
}

CONSTAGE_INLINE std::string content_of(files::node const& n) {
    return n.content.path.empty() ? n.content.text : read_file(n.content.path).value_or("");
}

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
    writer->commit(made.digest);
    return {{made.media_type, made.digest, made.size, {}}, made.diff_id, made.uncompressed};
}

}  // namespace cache_detail

CONSTAGE_INLINE cache_set::cache_set(store& where, options const& how, std::function<void(std::string const&)> const& warn)
    : store_(where), how_(how) {
    for (auto const& place : how.cache_from) try {
            read(place, cache_detail::registry_of(how));
        } catch (failure const& f) { warn("the cache " + place.where + " is not used: " + f.what()); }
}

CONSTAGE_INLINE void cache_set::read(cache_place const& place, oci::registry_options const& registry) {
    auto source = place.registry ? oci::open_registry(oci::parse_reference(place.where), store_.blobs(), registry)
                                 : oci::open_layout(place.where, place.digest.empty() ? place.tag : place.digest, store_.blobs());
    auto const image = source->resolve(oci::local_platform());
    auto const said = image.config.labels.find(cache_detail::label);
    if (said == image.config.labels.end() || said->second != cache_detail::version || image.layers.empty())
        throw failure("it is an image, but no cache that this constage knows");
    source->fetch(image.layers.front(), {}, how_.stop);
    auto const temporary = store_.make_temporary();
    std::set<std::string> here;
    for (auto const& l : image.layers) here.insert(l.digest);
    for (auto const& c : files::read_archive(store_.blobs().path(image.layers.front().digest), temporary.path() + "/records", false)) {
        if (!c.node || c.node->type != files::type::file) continue;
        auto const name = "sha256:" + c.path.substr(c.path.rfind('/') + 1);
        if (!files::is_digest(name)) continue;
        if (c.path.starts_with("steps/")) {
            if (auto r = parse_step(cache_detail::content_of(*c.node))) steps_.emplace(name, std::move(*r));
        } else if (auto const r = parse_layer(cache_detail::content_of(*c.node)); r && here.contains(r->blob.digest)) {
            layers_.emplace(name, entry{*r, source.get()});
        }
    }
    sources_.push_back(std::move(source));
}

CONSTAGE_INLINE std::optional<step_record> cache_set::find_step(std::string const& key) const {
    if (auto r = store_.find_step(key)) return r;
    auto const at = steps_.find(key);
    return at == steps_.end() ? std::nullopt : std::optional(at->second);
}

CONSTAGE_INLINE bool cache_set::has_change(std::string const& change) const {
    return ::access((store_.path("snapshots", change) + "/diff").c_str(), F_OK) == 0 || layers_.contains(cache_detail::name_of(change));
}

CONSTAGE_INLINE void cache_set::bring_change(std::string const& change) {
    auto const place = store_.path("snapshots", change);
    if (::access((place + "/diff").c_str(), F_OK) == 0) return;
    auto const layer = bring_layer(cache_detail::name_of(change));
    if (!layer) throw failure("the store lacks snapshot " + change).with_hint("build again with --no-cache");
    auto const only_one = store_.lock("snapshot-" + change.substr(7));
    if (::access((place + "/diff").c_str(), F_OK) == 0) return;
    auto temporary = store_.make_temporary();
    auto const made = temporary.path() + "/snapshot";
    if (::mkdir(made.c_str(), 0755) != 0) throw failure("cannot write to the store " + store_.root());
    auto changes = files::read_archive(store_.blobs().path(layer->blob.digest), made + "/data", true);
    if (digest_of(changes) != change)
        throw failure("a cache says that layer " + layer->blob.digest + " is change " + change + ", and it is not")
            .with_hint("build without --cache-from, and write the cache anew");
    if (has_privilege()) {
        changes = files::materialize(changes, made + "/fs");
        remove_all(made + "/data");
    }
    write_file(made + "/diff", files::save(changes, made));
    store_.publish(made, place);
}

CONSTAGE_INLINE std::optional<layer_record> cache_set::bring_layer(std::string const& name) {
    if (auto const found = store_.find_layer(name)) return found;
    auto const at = layers_.find(name);
    if (at == layers_.end()) return std::nullopt;
    auto const& [layer, from] = at->second;
    auto const only_one = store_.lock(layer.blob.digest);
    if (!store_.blobs().has(layer.blob.digest)) from->fetch(layer.blob, {}, how_.stop);
    store_.put_layer(name, layer);
    return layer;
}

CONSTAGE_INLINE void write_cache(cache_place const& to, std::vector<std::unique_ptr<platform_build>> const& builds, options const& how,
                                 store& where) {
    cache_detail::contents all;
    for (auto const& b : builds) {
        auto const shipped = tasks_in_images(*b);
        for (std::size_t i = 0; i != b->what.tasks.size(); ++i) {
            auto const& t = b->what.tasks[i];
            if (t.what == task::kind::base || (!to.all && !shipped.contains(i))) continue;
            auto const& record = b->done->record(i);
            all.add_step(b->done->key(i), record);
            all.add_step(key_of(record.ingredients), record);
            if (t.what == task::kind::run || shipped.contains(i))
                all.add_layer(cache_detail::name_of(record.result), make_layer(*b->done, i, layer_format{}, where));
        }
    }
    oci::image_config config;
    config.platform = oci::local_platform();
    config.labels[cache_detail::label] = cache_detail::version;
    std::vector<oci::descriptor> blobs;
    all.layers.insert(all.layers.begin(), cache_detail::records_layer(std::move(all.records), where));
    for (auto const& l : all.layers) {
        blobs.push_back(l.blob);
        config.diff_ids.push_back(l.diff_id);
    }
    auto const image = oci::make_image(config, blobs, where.blobs());
    if (to.registry)
        oci::push(image, oci::parse_reference(to.where), where.blobs(), cache_detail::registry_of(how), {}, how.stop);
    else
        oci::write_oci({image}, {"cache:" + to.tag}, to.where, false, where.blobs());
}

}  // namespace constage::engine

#endif
