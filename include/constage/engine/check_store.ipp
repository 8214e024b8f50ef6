// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_CHECK_STORE_IPP_INCLUDED
#define CONSTAGE_ENGINE_CHECK_STORE_IPP_INCLUDED

#include <sys/stat.h>

#include <constage/engine/check_store.hpp>
#include <constage/engine/key.hpp>
#include <constage/engine/last_build.hpp>
#include <constage/engine/reachable.hpp>
#include <constage/engine/store.hpp>
#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/scan.hpp>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>

namespace constage::engine {

namespace check_store_detail {

/// Digests of files, of each inode once.
using digests = std::map<std::uint64_t, files::file_digest>;

/// In which way a file on the disk is not what a list says; empty: in none.
CONSTAGE_INLINE std::string difference_of(files::node const& said, files::node const& found, digests& known) {
    if (said.type != found.type) return "is of another type";
    if (said.type != files::type::symlink && said.mode != found.mode) return "has another mode";
    if (said.uid != found.uid || said.gid != found.gid) return "has another owner";
    if (said.target != found.target) return "leads elsewhere";
    if (said.xattrs != found.xattrs) return "has other extended attributes";
    if (said.type != files::type::file) return "";
    if (said.size != found.size) return "has another size";
    auto digest = found.inode != 0 ? known[found.inode] : files::file_digest();
    if (digest.empty()) digest = files::digest_of_file(found.content.path);
    if (found.inode != 0) known[found.inode] = digest;
    return digest == said.content.digest ? "" : "has other content";
}

CONSTAGE_INLINE bool is_device(files::node const& n) { return n.type == files::type::character || n.type == files::type::block; }

struct checker {
    store& where;
    store_health& health;

    void complain(std::string path, std::string what) { health.problems.push_back({std::move(path), std::move(what)}); }

    /// Calls `look(path below the store, digest)` for what is named by a digest in a folder. `suffixes` may follow one.
    void each(std::string const& folder, std::vector<std::string> const& suffixes,
              std::function<void(std::string const&, std::string const&)> const& look) {
        std::error_code error;
        std::vector<std::string> names;
        for (auto const& entry : std::filesystem::directory_iterator(where.root() + "/" + folder, error))
            names.push_back(entry.path().filename().string());
        std::sort(names.begin(), names.end());
        for (auto const& name : names) {
            auto const path = folder + "/" + name;
            auto const digest = "sha256:" + name.substr(0, 64);
            auto const rest = name.size() < 64 ? name : name.substr(64);
            ++health.entries;
            if (!files::is_digest(digest) || (!rest.empty() && std::find(suffixes.begin(), suffixes.end(), rest) == suffixes.end())) {
                complain(path, "does not belong here");
                continue;
            }
            try {
                look(path, digest);
            } catch (std::exception const& e) { complain(path, e.what()); }
        }
    }

    void content(std::string const& path, std::string const& digest) {
        auto const full = where.root() + "/" + path;
        auto const found = files::digest_of_file(full);
        if (found != digest) complain(path, "its content is " + found);
    }

    void step(std::string const& path, std::string const& key) {
        auto const record = where.find_step(key);
        if (!record) return complain(path, "is damaged");
        if (record->ingredients.contains("command") && !where.has("snapshots", record->result) && !where.find_change(record->result))
            complain(path, "its snapshot " + record->result + " is missing");
    }

    void layer_of_change(std::string const& path, std::string const& name) {
        auto const text = where.find_text(path);
        auto const record = where.find_layer(name);
        if (!record) return complain(path, text && text->find("sha256:") != text->npos ? "its blob is missing" : "is damaged");
        std::error_code error;
        if (std::filesystem::file_size(where.blobs().path(record->blob.digest), error) != record->blob.size)
            complain(path, "its blob has another size");
    }

    void list(std::string const& path) {
        if (parse_list(where.find_text(path).value_or("")).empty()) complain(path, "is damaged");
    }

    void build(std::string const& path) {
        if (!parse_build(where.find_text(path).value_or(""))) complain(path, "is damaged");
    }

    /// `fs/` holds what the list says, and above it only directories. Devices are missing in what was made in a user namespace.
    void compare(std::string const& path, files::diff const& list) {
        std::map<std::string, files::change> there;
        digests known;
        for (auto& c : files::scan_upper(where.root() + "/" + path + "/fs")) there.emplace(c.path, c);
        for (auto const& said : list) {
            if (said.path.empty()) continue;  // the root itself: a layer may name it, scan_upper() does not
            auto const at = there.find(said.path);
            if (at == there.end()) {
                if (!said.node || !is_device(*said.node)) complain(path + "/fs/" + said.path, "is missing");
                continue;
            }
            auto const found = at->second;
            there.erase(at);
            if (said.what != found.what) {
                complain(path + "/fs/" + said.path, "is not the kind of change that it was");
                continue;
            }
            if (!said.node) continue;
            if (auto const what = difference_of(*said.node, *found.node, known); !what.empty()) complain(path + "/fs/" + said.path, what);
        }
        for (auto const& [name, c] : there)
            if (!c.node || c.node->type != files::type::directory) complain(path + "/fs/" + name, "does not belong here");
    }

    /// A list and its files. `digest`: of the list, if that is its name.
    void listed(std::string const& path, std::optional<std::string> const& digest) {
        auto const text = where.find_text(path + "/diff");
        if (!text) return complain(path, "has no list of its files");
        auto const list = files::load(*text, where.root() + "/" + path);
        if (digest && digest_of(list) != *digest) complain(path, "its content is " + digest_of(list));
        std::error_code error;
        if (std::filesystem::exists(where.root() + "/" + path + "/fs", error)) return compare(path, list);
        if (path.starts_with("layers/") && !std::filesystem::exists(where.root() + "/" + path + "/data", error))
            return;  // nobody has asked
        for (auto const& c : list) {
            if (!c.node || c.node->content.path.empty()) continue;
            auto const below = c.node->content.path.substr(std::min(where.root().size() + 1, c.node->content.path.size()));
            if (!std::filesystem::exists(c.node->content.path, error))
                complain(below, "is missing");
            else if (files::digest_of_file(c.node->content.path) != c.node->content.digest)
                complain(below, "has other content");
        }
    }

    void context(std::string const& path, std::string const& digest) {
        auto const found = digest_of(files::scan_upper(where.root() + "/" + path + "/fs"));
        if (found != digest) complain(path, "its content is " + found);
    }

    void images() {
        for (auto const& digest : reachable_blobs(where))
            if (!where.blobs().has(digest)) complain("index.json", "blob " + digest + " of an image is missing");
    }

    void rubbish() {
        for (auto const& path : where.rubbish())
            complain(path, "was left by a process that has ended; the next build removes it, one with a RUN if it is of another user");
    }
};

}  // namespace check_store_detail

CONSTAGE_INLINE store_health check_store(std::string const& path) {
    store where(path, store::must_exist);
    auto const in_use = where.lock("use", true);
    store_health health;
    check_store_detail::checker c{where, health};
    auto const content = [&](std::string const& p, std::string const& digest) { c.content(p, digest); };
    c.each("blobs/sha256", {}, content);
    c.each("downloads", {".url"}, [&](std::string const& p, std::string const& digest) {
        if (!p.ends_with(".url")) c.content(p, digest);
    });
    c.each("steps", {}, [&](std::string const& p, std::string const& key) { c.step(p, key); });
    c.each("blobs-of", {}, [&](std::string const& p, std::string const& name) { c.layer_of_change(p, name); });
    c.each("lists", {}, [&](std::string const& p, std::string const&) { c.list(p); });
    c.each("builds", {}, [&](std::string const& p, std::string const&) { c.build(p); });
    c.each("logs", {}, [](std::string const&, std::string const&) {});
    c.each("snapshots", {}, [&](std::string const& p, std::string const& digest) { c.listed(p, digest); });
    c.each("layers", {"-add"}, [&](std::string const& p, std::string const&) { c.listed(p, std::nullopt); });
    c.each("contexts", {}, [&](std::string const& p, std::string const& digest) { c.context(p, digest); });
    c.images();
    c.rubbish();
    return health;
}

}  // namespace constage::engine

#endif
