// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_PRUNE_IPP_INCLUDED
#define CONSTAGE_ENGINE_PRUNE_IPP_INCLUDED

#include <constage/engine/disk_usage.hpp>
#include <constage/engine/prune.hpp>
#include <constage/engine/reachable.hpp>
#include <constage/engine/store.hpp>
#include <constage/failure.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <set>
#include <vector>

namespace constage::engine {

namespace prune_detail {

struct entry {
    std::int64_t used;  ///< last, in seconds since 1970
    std::string path;
    friend auto operator<=>(entry const&, entry const&) = default;
};

CONSTAGE_INLINE void add_entries(std::vector<entry>& list, store const& where, std::string const& folder,
                                 std::set<std::string> const& live) {
    std::error_code error;
    for (auto const& e : std::filesystem::directory_iterator(where.root() + "/" + folder, error)) {
        auto const path = e.path().string();
        if (!live.contains("sha256:" + e.path().filename().string())) list.push_back({last_used(path), path});
    }
}

/// Images without a tag go from the index; their blobs are of no image then.
CONSTAGE_INLINE void forget_untagged_images(store& where) {
    auto index = nlohmann::json::parse(where.find_text("index.json").value_or("{}"), nullptr, false);
    if (!index.is_object() || !index.contains("manifests") || !index["manifests"].is_array()) return;
    auto& manifests = index["manifests"].get_ref<nlohmann::json::array_t&>();
    std::erase_if(manifests, [](auto const& m) { return !m.is_object() || !m.contains("annotations"); });
    where.put_text("index.json", index.dump());
}

}  // namespace prune_detail

CONSTAGE_INLINE prune_report prune(std::string const& path, prune_options const& how) {
    using namespace prune_detail;
    store where(path, store::must_exist);
    auto const alone = where.lock("use", false, false);
    if (!alone) throw failure("a build uses the store " + where.root()).with_hint("wait until it has ended");
    if (how.all) forget_untagged_images(where);
    where.remove_rubbish();
    std::vector<entry> entries;
    for (auto const& folder : store_folders)
        if (how.all || !folder.only_if_asked) add_entries(entries, where, folder.name, {});
    add_entries(entries, where, "blobs/sha256", reachable_blobs(where));
    std::sort(entries.begin(), entries.end());

    prune_report report;
    report.kept = disk_usage().of(where.root());
    disk_usage freed(disk_usage::at::last_name);
    auto const now = std::time(nullptr);
    for (auto const& e : entries) {
        if (how.older_than && now - e.used < *how.older_than) break;
        if (how.keep_bytes && report.kept <= *how.keep_bytes) break;
        auto const bytes = freed.of(e.path);
        remove_all(e.path);
        report.reclaimed += bytes;
        report.kept -= std::min(report.kept, bytes);
        ++report.removed;
    }
    return report;
}

}  // namespace constage::engine

#endif
