// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_BASE_LAYERS_IPP_INCLUDED
#define CONSTAGE_ENGINE_BASE_LAYERS_IPP_INCLUDED

#include <unistd.h>

#include <constage/engine/base_layers.hpp>
#include <constage/engine/disk_usage.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>
#include <constage/files/archive.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/materialize.hpp>
#include <constage/system_failure.hpp>

#include <charconv>
#include <utility>

namespace constage::engine {

namespace base_layers_detail {

CONSTAGE_INLINE files::node_ptr with_content_at(files::node const& n, std::string const& path) {
    auto copy = std::make_shared<files::node>(n);
    copy->content.path = path;
    return copy;
}

}  // namespace base_layers_detail

CONSTAGE_INLINE void base_layers::trust(std::string const& digest) {
    std::lock_guard const hold(guard_);
    trusted_.insert(digest);
}

/// A blob that did not come just now is read to its end before anything in it is believed.
CONSTAGE_INLINE void base_layers::check_blob(oci::descriptor const& layer) {
    {
        std::lock_guard const hold(guard_);
        if (trusted_.contains(layer.digest)) return;
    }
    auto const blob = store_.blobs().path(layer.digest);
    if (files::digest_of_file(blob) != layer.digest)
        throw failure("the blob " + blob + " is damaged").with_hint("delete this file and build again");
    trust(layer.digest);
}

CONSTAGE_INLINE void base_layers::list(oci::descriptor const& layer) {
    auto const place = place_of(layer);
    auto const usable = [&] { return ::access((place + "/diff").c_str(), F_OK) == 0; };
    if (usable()) return mark_used(place);
    auto const only_one = store_.lock("layer-" + layer.digest.substr(7), how_.stop);
    if (usable()) return;
    check_blob(layer);
    auto const part = store_.make_temporary();
    auto changes = files::list_archive(store_.blobs().path(layer.digest), part.path() + "/data", true, how_.unpack, how_.stop);
    if (has_privilege())
        for (auto& c : changes)
            if (c.node && !c.node->content.path.empty())
                c.node = base_layers_detail::with_content_at(*c.node, part.path() + "/fs/" + c.path);
    keep(place, changes, part.path());
}

CONSTAGE_INLINE void base_layers::unpack(oci::descriptor const& layer) {
    auto const place = place_of(layer);
    auto const privileged = has_privilege();
    auto const has = [&](char const* contents) { return ::access((place + contents).c_str(), F_OK) == 0; };
    auto const usable = [&] { return has("/fs") || (!privileged && has("/data")); };
    if (usable()) return mark_used(place);
    auto const only_one = store_.lock("layer-" + layer.digest.substr(7), how_.stop);
    if (usable()) return;
    check_blob(layer);
    auto const part = store_.make_temporary();
    auto const data = part.path() + "/data";
    auto changes = files::read_archive(store_.blobs().path(layer.digest), data, true, how_.unpack, how_.stop);
    if (privileged) {
        changes = files::materialize(std::move(changes), part.path() + "/fs", {{}, data});
        remove_all(data);
    }
    keep(place, changes, part.path());
}

/// Puts what was made in `from` into the store. If a list is there already, it is replaced, and then its contents are added: a build that
/// is killed in between leaves a list without contents.
CONSTAGE_INLINE void base_layers::keep(std::string const& place, files::diff const& changes, std::string const& from) {
    write_file(from + "/bytes", std::to_string(files::file_bytes(changes)));
    write_file(from + "/diff", files::save(changes, from));
    if (::access(place.c_str(), F_OK) != 0) return store_.publish(from, place);
    remove_all(place + "/data");  // made without privilege; the list will not name it any more
    for (auto const* name : {"/diff", "/fs", "/data"})
        if (::access((from + name).c_str(), F_OK) == 0 && ::rename((from + name).c_str(), (place + name).c_str()) != 0)
            throw system_failure("write", place + name);
}

CONSTAGE_INLINE files::diff base_layers::changes(oci::descriptor const& layer) const {
    auto const place = place_of(layer);
    auto const text = read_file(place + "/diff");
    if (!text)
        throw failure("the store lacks the index of layer " + layer.digest).with_hint("run `constage store check`, or use another --store");
    return files::load(*text, place);
}

CONSTAGE_INLINE std::optional<std::uint64_t> base_layers::file_bytes(oci::descriptor const& layer) const {
    if (!store_.has("layers", layer.digest)) return std::nullopt;
    auto const text = read_file(place_of(layer) + "/bytes").value_or("0");
    std::uint64_t bytes = 0;
    std::from_chars(text.data(), text.data() + text.size(), bytes);
    return bytes;
}

}  // namespace constage::engine

#endif
