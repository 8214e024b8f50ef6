// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_STORE_USAGE_IPP_INCLUDED
#define CONSTAGE_ENGINE_STORE_USAGE_IPP_INCLUDED

#include <constage/engine/disk_usage.hpp>
#include <constage/engine/reachable.hpp>
#include <constage/engine/step_log.hpp>
#include <constage/engine/store_usage.hpp>
#include <constage/files/digest.hpp>

#include <algorithm>
#include <filesystem>

namespace constage::engine {

namespace store_usage_detail {

struct counter {
    store& where;
    disk_usage usage{};
    std::uint64_t told = 0;

    void add(usage_row& r, store_folder const& folder) {
        std::error_code error;
        for (auto const& e : std::filesystem::directory_iterator(where.root() + "/" + folder.name, error)) {
            auto const bytes = usage.of(e.path().string());
            ++r.entries;
            r.bytes += bytes;
            if (!folder.only_if_asked) r.reclaimable += bytes;
            told += bytes;
        }
    }

    usage_row blobs() {
        usage_row r{"images and layers, packed", 0, 0, 0};
        auto const live = reachable_blobs(where);
        std::error_code error;
        for (auto const& e : std::filesystem::directory_iterator(where.root() + "/blobs/sha256", error)) {
            auto const bytes = usage.of(e.path().string());
            ++r.entries;
            r.bytes += bytes;
            if (!live.contains("sha256:" + e.path().filename().string())) r.reclaimable += bytes;
        }
        told += r.bytes;
        return r;
    }
};

CONSTAGE_INLINE std::uint64_t bytes_of(store& where, std::string const& key, step_record const& record) {
    disk_usage usage;
    auto sum = usage.of(where.path("steps", key)) + usage.of(where.path("snapshots", record.result)) + usage.of(log_of(where, key));
    if (auto const layer = where.find_change(record.result)) sum += usage.of(where.blobs().path(layer->blob.digest));
    return sum;
}

CONSTAGE_INLINE stored_step step_of(store& where, step_story const& what) {
    stored_step s;
    s.what = what;
    std::error_code error;
    if (files::is_digest(what.log) && std::filesystem::exists(log_of(where, what.log), error)) s.log = log_of(where, what.log);
    auto const record = files::is_digest(what.key) ? where.find_step(what.key) : std::nullopt;
    if (!record) return s;
    s.here = true;
    s.bytes = bytes_of(where, what.key, *record);
    s.used = last_used(where.path("steps", what.key));
    return s;
}

}  // namespace store_usage_detail

CONSTAGE_INLINE std::uint64_t stored_build::bytes() const {
    std::uint64_t sum = 0;
    for (auto const& s : steps) sum += s.bytes;
    return sum;
}

CONSTAGE_INLINE std::vector<usage_row> usage_of(std::string const& path) {
    store where(path, store::must_exist);
    auto const in_use = where.lock("use", true);
    store_usage_detail::counter c{where};
    std::vector<usage_row> rows;
    rows.push_back(c.blobs());
    for (auto const& folder : store_folders) {
        if (rows.back().what != folder.what) rows.push_back({folder.what, 0, 0, 0});
        c.add(rows.back(), folder);
    }
    auto const all = disk_usage().of(where.root());
    rows.push_back({"the store itself", 0, all - std::min(all, c.told), 0});
    return rows;
}

CONSTAGE_INLINE std::vector<stored_build> builds_of(std::string const& path) {
    store where(path, store::must_exist);
    auto const in_use = where.lock("use", true);
    std::vector<stored_build> builds;
    std::error_code error;
    for (auto const& e : std::filesystem::directory_iterator(where.root() + "/builds", error)) {
        std::string project;
        auto const story = parse_build(read_file(e.path().string()).value_or(""), &project);
        if (!story) continue;
        stored_build b;
        b.context = project.substr(0, project.find('\n'));
        b.file = project.substr(std::min(project.size(), b.context.size() + 1));
        b.used = last_used(e.path().string());
        for (auto const& s : *story) {
            b.steps.push_back(store_usage_detail::step_of(where, s));
            b.used = std::max(b.used, b.steps.back().used);
        }
        builds.push_back(std::move(b));
    }
    std::sort(builds.begin(), builds.end(),
              [](auto const& a, auto const& b) { return a.used != b.used ? a.used > b.used : a.context < b.context; });
    return builds;
}

}  // namespace constage::engine

#endif
