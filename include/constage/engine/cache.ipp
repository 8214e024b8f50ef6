// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_CACHE_IPP_INCLUDED
#define CONSTAGE_ENGINE_CACHE_IPP_INCLUDED

#include <sys/stat.h>
#include <unistd.h>

#include <constage/engine/build.hpp>
#include <constage/engine/cache.hpp>
#include <constage/engine/choices.hpp>
#include <constage/engine/disk_usage.hpp>
#include <constage/engine/key.hpp>
#include <constage/engine/layer_format.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>
#include <constage/files/archive.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/materialize.hpp>
#include <constage/oci/reference.hpp>
#include <constage/system_failure.hpp>

#include <algorithm>
#include <set>

namespace constage::engine {

namespace cache_detail {

CONSTAGE_INLINE std::string content_of(files::node const& n) {
    return n.content.path.empty() ? n.content.text : read_file(n.content.path).value_or("");
}

}  // namespace cache_detail

CONSTAGE_INLINE cache_set::cache_set(store& where, options const& how, std::function<void(std::string const&)> const& warn)
    : store_(where), how_(how) {
    for (auto const& place : how.cache_from) try {
            read(place);
        } catch (failure const& f) { warn("the cache " + place.where + " is not used: " + f.what()); }
}

CONSTAGE_INLINE void cache_set::read(cache_place const& place) {
    auto source = place.registry ? oci::open_registry(oci::parse_reference(place.where), store_.blobs(), registry_options_of(how_))
                                 : oci::open_layout(place.where, place.digest.empty() ? place.tag : place.digest, store_.blobs());
    auto const image = source->resolve(oci::local_platform());
    auto const said = image.config.labels.find(cache_label);
    if (said == image.config.labels.end() || said->second != cache_version || image.layers.empty())
        throw failure("it is an image, but no cache that this constage knows");
    source->fetch(image.layers.front(), {}, how_.stop);
    auto const temporary = store_.make_temporary();
    std::set<std::string> here;
    for (auto const& l : image.layers) here.insert(l.digest);
    for (auto const& c : files::read_archive(store_.blobs().path(image.layers.front().digest), temporary.path() + "/records", false,
                                             how_.unpack, how_.stop)) {
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

CONSTAGE_INLINE std::optional<step_record> cache_set::find_step(std::string const& key) {
    if (auto r = store_.find_step(key)) return r;
    auto const at = steps_.find(key);
    if (at == steps_.end()) return std::nullopt;
    std::lock_guard const hold(guard_);
    found_.insert(key);
    return at->second;
}

CONSTAGE_INLINE bool cache_set::has_change(std::string const& change) const {
    return ::access((store_.path("snapshots", change) + "/diff").c_str(), F_OK) == 0 || promised(change) || store_.find_change(change);
}

CONSTAGE_INLINE bool cache_set::promised(std::string const& change) const {
    auto const names = default_layer_names(change);
    return std::any_of(names.begin(), names.end(), [this](auto const& name) { return layers_.contains(name); });
}

CONSTAGE_INLINE void cache_set::break_promise(std::string const& why) {
    std::lock_guard const hold(guard_);
    if (!broken_) broken_ = why;
}

CONSTAGE_INLINE std::optional<std::string> cache_set::broken_promise() const {
    std::lock_guard const hold(guard_);
    return broken_;
}

CONSTAGE_INLINE void cache_set::keep() const {
    for (auto const& key : found_) {
        auto const& record = steps_.at(key);
        auto const ran = record.ingredients.contains("command");
        if (!ran || store_.has("snapshots", record.result) || store_.find_change(record.result)) store_.put_step(key, record);
    }
}

CONSTAGE_INLINE void cache_set::bring_change(std::string const& change) {
    auto const place = store_.path("snapshots", change);
    if (::access((place + "/diff").c_str(), F_OK) == 0) return;
    auto const layer = bring_any_layer(change);
    if (!layer) throw failure("the store lacks snapshot " + change).with_hint("build again with --no-cache");
    auto const only_one = store_.lock("snapshot-" + change.substr(7), how_.stop);
    if (::access((place + "/diff").c_str(), F_OK) == 0) return;
    try {
        unpack_change(change, *layer);
    } catch (failure const& f) {
        if (promised(change)) break_promise(f.what());
        throw;
    }
}

CONSTAGE_INLINE void cache_set::unpack_change(std::string const& change, layer_record const& layer) {
    store_.make(store_.path("snapshots", change), [&](std::string const& made) {
        auto changes = files::read_archive(store_.blobs().path(layer.blob.digest), made + "/data", true, how_.unpack, how_.stop);
        if (digest_of(changes) != change)
            throw failure("a cache says that layer " + layer.blob.digest + " is change " + change + ", and it is not")
                .with_hint("build without --cache-from, and write the cache anew");
        if (has_privilege()) {
            changes = files::materialize(changes, made + "/fs", {{}, made + "/data"});
            remove_all(made + "/data");
        }
        write_file(made + "/diff", files::save(changes, made));
    });
}

CONSTAGE_INLINE std::optional<layer_record> cache_set::find_layer(std::string const& name) const {
    auto found = store_.find_layer(name);
    if (!found) return found;
    mark_used(store_.path("blobs-of", name));
    mark_used(store_.blobs().path(found->blob.digest));
    return found;
}

CONSTAGE_INLINE std::optional<layer_record> cache_set::bring_layer(std::string const& name) {
    if (auto found = find_layer(name)) return found;
    try {
        return fetch_layer(name);
    } catch (failure const& f) {
        break_promise(f.what());
        throw;
    }
}

CONSTAGE_INLINE std::optional<layer_record> cache_set::bring_any_layer(std::string const& change) {
    for (auto const& name : default_layer_names(change))
        if (auto found = bring_layer(name)) return found;
    return std::nullopt;
}

CONSTAGE_INLINE std::optional<layer_record> cache_set::fetch_layer(std::string const& name) {
    auto const at = layers_.find(name);
    if (at == layers_.end()) return std::nullopt;
    auto const& [layer, from] = at->second;
    auto const only_one = store_.lock(layer.blob.digest, how_.stop);
    if (!store_.blobs().has(layer.blob.digest, layer.blob.size)) from->fetch(layer.blob, {}, how_.stop);
    store_.put_layer(name, layer);
    return layer;
}

}  // namespace constage::engine

#endif
