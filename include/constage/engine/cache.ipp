// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_CACHE_IPP_INCLUDED
#define CONSTAGE_ENGINE_CACHE_IPP_INCLUDED

#include <sys/stat.h>
#include <unistd.h>

#include <constage/engine/build.hpp>
#include <constage/engine/cache.hpp>
#include <constage/engine/key.hpp>
#include <constage/engine/layer_format.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>
#include <constage/files/archive.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/materialize.hpp>
#include <constage/oci/reference.hpp>

#include <algorithm>
#include <set>

namespace constage::engine {

namespace cache_detail {

CONSTAGE_INLINE oci::registry_options registry_of(options const& how) {
    oci::registry_options r;
    r.plain_http = how.plain_http;
    return r;
}

CONSTAGE_INLINE std::string content_of(files::node const& n) {
    return n.content.path.empty() ? n.content.text : read_file(n.content.path).value_or("");
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
    auto const said = image.config.labels.find(cache_label);
    if (said == image.config.labels.end() || said->second != cache_version || image.layers.empty())
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
    return ::access((store_.path("snapshots", change) + "/diff").c_str(), F_OK) == 0 || layers_.contains(layer_name(change, layer_format{}));
}

CONSTAGE_INLINE void cache_set::bring_change(std::string const& change) {
    auto const place = store_.path("snapshots", change);
    if (::access((place + "/diff").c_str(), F_OK) == 0) return;
    auto const layer = bring_layer(layer_name(change, layer_format{}));
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

}  // namespace constage::engine

#endif
