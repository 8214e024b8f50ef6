// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_ASSEMBLE_IPP_INCLUDED
#define CONSTAGE_ENGINE_ASSEMBLE_IPP_INCLUDED

#include <time.h>

#include <constage/detail/processors.hpp>
#include <constage/engine/assemble.hpp>
#include <constage/oci/layer.hpp>

#include <algorithm>

namespace constage::engine {

namespace assemble_detail {

/// Times that came from the clock are 0 in a diff; with an epoch they become that.
CONSTAGE_INLINE files::diff stamped(files::diff changes, std::int64_t epoch) {
    for (auto& c : changes)
        if (c.node && c.node->mtime_ns == 0) {
            auto n = std::make_shared<files::node>(*c.node);
            n->mtime_ns = epoch * 1'000'000'000;
            c.node = std::move(n);
        }
    return changes;
}

}  // namespace assemble_detail

CONSTAGE_INLINE std::string rfc3339(std::int64_t seconds) {
    std::time_t const time = seconds;
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    char text[64];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

CONSTAGE_INLINE layer_record make_layer(execution& done, std::size_t task, layer_format const& format, store& where,
                                        std::function<void(std::string_view)> const& also) {
    auto const name = layer_name(done.record(task).result, format);
    if (auto found = done.caches().bring_layer(name)) return *found;
    auto const only_one = where.lock("blob-" + name.substr(7), done.stop());
    if (auto found = where.find_layer(name)) return *found;
    auto changes = done.changes(task);
    if (format.epoch) changes = assemble_detail::stamped(std::move(changes), *format.epoch);
    auto const kind = format.compression == "zstd"   ? oci::compression::zstd
                      : format.compression == "none" ? oci::compression::none
                                                     : oci::compression::gzip;
    auto writer = where.blobs().begin();
    auto const threads = static_cast<int>(detail::processors());
    auto const write = [&](std::string_view bytes) {
        writer->write(bytes);
        also(bytes);
    };
    auto const made = oci::write_layer(changes, kind, format.level, threads, write, format.rewrite_timestamp ? format.epoch : std::nullopt,
                                       nullptr, &where.index());
    layer_record record{{made.media_type, writer->commit(), made.size, {}}, made.diff_id, made.uncompressed};
    if (format.rewrite_timestamp && format.epoch) record.blob.annotations["buildkit/rewritten-timestamp"] = std::to_string(*format.epoch);
    where.put_layer(name, record);
    return record;
}

CONSTAGE_INLINE oci::image assemble(lowered_stage const& stage, oci::image const* base, std::vector<layer_record> const& layers,
                                    options const& how, std::optional<std::int64_t> epoch, oci::platform const* platform, store& where) {
    auto config = stage.config;
    std::vector<oci::descriptor> blobs;
    if (base) blobs = base->layers;
    for (auto const& l : layers) {
        blobs.push_back(l.blob);
        config.diff_ids.push_back(l.diff_id);
    }
    auto const base_history = base ? base->config.history.size() : 0;
    auto const now = rfc3339(epoch.value_or(0));
    for (auto i = base_history; i < config.history.size(); ++i) config.history[i].created = now;
    // G017: a base that says less in its history than it has layers, or a directory as a base: padded.
    auto const told = std::count_if(config.history.begin(), config.history.end(), [](auto const& h) { return !h.empty_layer; });
    for (auto i = static_cast<std::size_t>(told); i < blobs.size(); ++i)
        config.history.insert(config.history.begin() + static_cast<std::ptrdiff_t>(base_history), oci::history{});
    if (platform) config.platform = *platform;
    config.created = now;
    for (auto const& [k, v] : how.labels) config.labels[k] = v;
    std::map<std::string, std::string> annotations;
    for (auto const& [k, v] : how.annotations) annotations[k] = v;
    return oci::make_image(config, blobs, where.blobs(), annotations);
}

}  // namespace constage::engine

#endif
