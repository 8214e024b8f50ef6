// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_PRUNE_IPP_INCLUDED
#define CONSTAGE_ENGINE_PRUNE_IPP_INCLUDED

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include <constage/engine/prune.hpp>
#include <constage/engine/reachable.hpp>
#include <constage/engine/store.hpp>
#include <constage/failure.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <set>

namespace constage::engine {

namespace prune_detail {

/// Bytes on disk of a file or directory.
CONSTAGE_INLINE std::uint64_t size_of(std::filesystem::path const& path) {
    struct stat s {};
    if (::lstat(path.c_str(), &s) != 0) return 0;
    auto sum = static_cast<std::uint64_t>(s.st_blocks) * 512;
    if (!S_ISDIR(s.st_mode)) return sum;
    std::error_code error;
    for (auto const& entry : std::filesystem::directory_iterator(path, error)) sum += size_of(entry.path());
    return sum;
}

struct sweeper {
    store& where;
    prune_options const& how;
    prune_report& report;
    std::time_t now = std::time(nullptr);

    bool recent(std::filesystem::path const& path) const {
        struct stat s {};
        return how.older_than && ::lstat(path.c_str(), &s) == 0 && now - s.st_mtime < *how.older_than;
    }

    void sweep(char const* folder, std::set<std::string> const& live) {
        std::error_code error;
        for (auto const& entry : std::filesystem::directory_iterator(where.root() + "/" + folder, error)) {
            auto const size = size_of(entry.path());
            if (live.contains("sha256:" + entry.path().filename().string()) || recent(entry.path())) {
                report.kept += size;
                continue;
            }
            remove_all(entry.path().string());
            report.reclaimed += size;
            ++report.removed;
        }
    }
};

}  // namespace prune_detail

CONSTAGE_INLINE prune_report prune(std::string const& path, prune_options const& how) {
    using namespace prune_detail;
    store where(path);
    auto const alone = where.lock("use", false, false);
    if (!alone) throw failure("a build uses the store " + where.root()).with_hint("wait until it has ended");
    auto index = nlohmann::json::parse(where.find_text("index.json").value_or("{}"), nullptr, false);
    if (how.all && index.is_object() && index.contains("manifests") && index["manifests"].is_array()) {
        auto& manifests = index["manifests"].get_ref<nlohmann::json::array_t&>();
        std::erase_if(manifests, [](auto const& m) { return !m.is_object() || !m.contains("annotations"); });
        where.put_text("index.json", index.dump());
    }
    auto const live = reachable_blobs(where);
    prune_report report;
    where.remove_rubbish();
    sweeper s{where, how, report};
    for (auto const* folder : {"steps", "snapshots", "layers", "blobs-of", "places", "lists", "builds", "contexts", "downloads", "git"}) s.sweep(folder, {});
    s.sweep("blobs/sha256", live);
    if (how.all) s.sweep("mounts", {});
    return report;
}

}  // namespace constage::engine

#endif
