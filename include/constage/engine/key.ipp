// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_KEY_IPP_INCLUDED
#define CONSTAGE_ENGINE_KEY_IPP_INCLUDED

#include <constage/engine/history.hpp>
#include <constage/engine/key.hpp>
#include <constage/files/digest.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <vector>

namespace constage::engine {

namespace key_detail {

/// Text with its length in front: no two lists of fields give the same bytes.
CONSTAGE_INLINE void put(files::hasher& h, std::string_view text) {
    h.update(std::to_string(text.size()) + ":");
    h.update(text);
}

CONSTAGE_INLINE ingredients of_run(lowered_run const& r) {
    ingredients parts;
    parts["command"] = quoted_list(r.argv);
    for (auto const& [name, value] : r.env) parts[(r.args.contains(name) ? "arg " : "env ") + name] = value;
    parts["workdir"] = r.cwd;
    parts["user"] = r.user;
    parts["network"] = r.network;
    parts["security"] = r.insecure ? "insecure" : "sandbox";
    parts["hostname"] = r.hostname;
    for (auto const& [path, text] : r.scripts) parts["script " + path] = text;
    for (auto const& m : r.mounts) {
        if (m.what == lowered_mount::kind::secret || m.what == lowered_mount::kind::ssh) {  // R012: only their place is part of the key
            parts["mount " + m.target + m.env] = "secret";
            continue;
        }
        auto text = std::to_string(static_cast<int>(m.what)) + " source=" + m.source + (m.readonly ? " ro" : " rw");
        if (m.what == lowered_mount::kind::cache) text = "cache " + m.id;
        parts["mount " + m.target] = text;
    }
    return parts;
}

CONSTAGE_INLINE ingredients of_copy(lowered_copy const& c) {
    ingredients parts;
    parts["instruction"] = c.add ? "ADD" : "COPY";
    parts["sources"] = quoted_list(c.sources);
    parts["destination"] = c.destination;
    parts["workdir"] = c.destination.starts_with('/') ? "" : c.workdir;
    parts["chown"] = c.chown;
    parts["chmod"] = c.chmod;
    parts["exclude"] = quoted_list(c.exclude);
    parts["checksum"] = c.checksum;
    parts["flags"] = std::string(c.link ? "link " : "") + (c.parents ? "parents " : "") +
                     (c.unpack ? (*c.unpack ? "unpack " : "no-unpack ") : "") + (c.keep_git_dir.value_or(false) ? "keep-git-dir " : "");
    for (auto const& [name, text] : c.files) parts["file <<" + name] = text;
    return parts;
}

inline constexpr std::size_t most_names = 10'000, most_told = 3;

/// "file 644 0:0 DIGEST": up to the last blank what stat() says.
CONSTAGE_INLINE std::string signature(files::node const& n, bool below) {
    static constexpr char const* words[] = {"file", "directory", "symlink", "device", "device", "fifo", "socket"};
    char mode[16];
    std::snprintf(mode, sizeof mode, " %o ", n.mode);
    auto text = words[static_cast<int>(n.type)] + std::string(mode) + std::to_string(n.uid) + ":" + std::to_string(n.gid) + " ";
    if (n.type == files::type::file && !n.content.digest.empty()) return text + n.content.digest.text().substr(7, 16);
    if (n.type == files::type::directory && !below) return text;
    return text + files::content_digest(n).substr(7, 16);
}

CONSTAGE_INLINE void add(file_list& list, files::node const& n, std::string const& path, int levels) {
    if (n.type != files::type::directory || !path.empty()) list.emplace(path, signature(n, levels == 0));
    if (levels == 0) return;
    for (auto const& [name, child] : n.entries) add(list, *child, path.empty() ? name : path + "/" + name, levels - 1);
}

CONSTAGE_INLINE bool is_files(std::string const& ingredient) { return ingredient == "files" || ingredient.starts_with("files of mount "); }

CONSTAGE_INLINE bool is_parent(std::string const& ingredient) { return ingredient == "parent step" || ingredient == "base digest"; }

/// Did a step follow its stage's base in one of the two, and another step in the other?
CONSTAGE_INLINE bool moved(ingredients const& before, ingredients const& now) {
    return (before.contains("base digest") && now.contains("parent step")) ||
           (before.contains("parent step") && now.contains("base digest"));
}

/// "file a.txt changed", "mode of b is …"; false if the lists do not tell.
CONSTAGE_INLINE bool name_files(std::string const& ingredient, file_list const& before, file_list const& now,
                                std::vector<std::string>& out) {
    if (before.empty() || now.empty()) return false;  // a list is not there any more
    auto const of = ingredient == "files" ? std::string() : ingredient.substr(5);
    std::vector<std::string> found;
    auto const kind = [](std::string const& text) { return text.substr(0, text.find(' ')); };
    auto const attributes = [](std::string const& text) { return text.substr(0, text.rfind(' ')); };
    for (auto const& [path, text] : now) {
        auto const at = before.find(path);
        auto const name = (path.empty() ? std::string() : " " + path) + of;
        if (at == before.end())
            found.push_back(kind(text) + name + " is new");
        else if (at->second != text)
            found.push_back((attributes(at->second) == attributes(text) ? kind(text) + name
                             : at->second.substr(attributes(at->second).size()) == text.substr(attributes(text).size())
                                 ? "mode of " + kind(text) + name
                                 : kind(text) + name) +
                            " changed");
    }
    for (auto const& [path, text] : before)
        if (!now.contains(path)) found.push_back(kind(text) + (path.empty() ? "" : " " + path) + of + " is gone");
    auto const told = std::min(found.size(), most_told);
    out.insert(out.end(), found.begin(), found.begin() + static_cast<std::ptrdiff_t>(told));
    if (found.size() > told) out.push_back("and " + std::to_string(found.size() - told) + " more");
    return !found.empty();
}

}  // namespace key_detail

CONSTAGE_INLINE std::string key_of(ingredients const& parts) {
    files::hasher h;
    h.update("constage step 1\n");
    for (auto const& [name, value] : parts) {
        key_detail::put(h, name);
        key_detail::put(h, value);
    }
    return h.finish();
}

CONSTAGE_INLINE std::string digest_of(files::diff const& changes) {
    files::hasher h;
    h.update("constage diff 1\n");
    std::map<std::uint64_t, std::string> links;  // hard links: the first path stands for the inode
    for (auto const& c : changes) {
        key_detail::put(h, c.path);
        h.update(std::to_string(static_cast<int>(c.what)));
        if (!c.node) continue;
        auto const& n = *c.node;
        key_detail::put(h, std::to_string(static_cast<int>(n.type)) + " " + std::to_string(n.mode) + " " + std::to_string(n.uid) + " " +
                               std::to_string(n.gid) + " " + std::to_string(n.size) + " " + std::to_string(n.major) + " " +
                               std::to_string(n.minor));
        key_detail::put(h, n.target);
        for (auto const& [name, value] : n.xattrs) {
            key_detail::put(h, name);
            key_detail::put(h, value);
        }
        if (n.inode != 0 && n.type == files::type::file)
            if (auto const [at, fresh] = links.emplace(n.inode, c.path); !fresh) {
                key_detail::put(h, "link " + at->second);
                continue;
            }
        if (n.type != files::type::file) continue;
        key_detail::put(h, files::digest_of(n.content).text());
    }
    return h.finish();
}

CONSTAGE_INLINE ingredients words_of(task const& t) {
    if (t.what == task::kind::run) return key_detail::of_run(t.run);
    if (t.what == task::kind::copy) return key_detail::of_copy(t.copy);
    return {{"path", t.workdir.path}, {"user", t.workdir.user}};
}

CONSTAGE_INLINE file_list list_of(files::node const& root) {
    file_list list;
    key_detail::add(list, root, "", std::numeric_limits<int>::max());
    if (list.size() <= key_detail::most_names) return list;
    list.clear();
    key_detail::add(list, root, "", 2);
    return list;
}

CONSTAGE_INLINE std::string text_of(file_list const& list) {
    return nlohmann::json(list).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

CONSTAGE_INLINE file_list parse_list(std::string const& text) {
    try {
        return nlohmann::json::parse(text).get<file_list>();
    } catch (nlohmann::json::exception const&) { return {}; }
}

CONSTAGE_INLINE std::string explain(ingredients const& before, ingredients const& now,
                                    std::function<file_list(std::string const&)> const& list) {
    std::vector<std::string> found;
    auto const moved = key_detail::moved(before, now);  // a step that came or went between the base and this one
    if (moved) found.push_back("parent step changed");
    for (auto const& [name, value] : now) {
        auto const at = before.find(name);
        if (moved && key_detail::is_parent(name)) continue;
        if (at == before.end())
            found.push_back(name + " is new");
        else if (at->second != value &&
                 !(list && key_detail::is_files(name) && key_detail::name_files(name, list(at->second), list(value), found)))
            found.push_back(name + " changed");
    }
    for (auto const& [name, value] : before)
        if (!now.contains(name) && !(moved && key_detail::is_parent(name))) found.push_back(name + " is gone");
    std::string text;
    for (auto const& f : found) text += (text.empty() ? "" : ", ") + f;
    return text;
}

}  // namespace constage::engine

#endif
