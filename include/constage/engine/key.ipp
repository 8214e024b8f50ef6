// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_KEY_IPP_INCLUDED
#define CONSTAGE_ENGINE_KEY_IPP_INCLUDED

#include <constage/engine/history.hpp>
#include <constage/engine/key.hpp>
#include <constage/files/digest.hpp>

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
    for (auto const& [name, value] : r.env) parts["env " + name] = value;
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
        if (!n.content.digest.empty())
            key_detail::put(h, n.content.digest);
        else
            key_detail::put(h, n.content.path.empty() ? files::digest_of(n.content.text) : files::digest_of_file(n.content.path));
    }
    return h.finish();
}

CONSTAGE_INLINE ingredients words_of(task const& t) {
    if (t.what == task::kind::run) return key_detail::of_run(t.run);
    if (t.what == task::kind::copy) return key_detail::of_copy(t.copy);
    return {{"path", t.workdir.path}, {"user", t.workdir.user}};
}

CONSTAGE_INLINE std::string explain(ingredients const& before, ingredients const& now) {
    std::string text;
    auto const add = [&](std::string const& what) { text += (text.empty() ? "" : ", ") + what; };
    for (auto const& [name, value] : now)
        if (auto const at = before.find(name); at == before.end())
            add(name + " is new");
        else if (at->second != value)
            add(name + " changed");
    for (auto const& [name, value] : before)
        if (!now.contains(name)) add(name + " is gone");
    return text;
}

}  // namespace constage::engine

#endif
