// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_DIRECTORIES_IPP_INCLUDED
#define CONSTAGE_ENGINE_DIRECTORIES_IPP_INCLUDED

#include <constage/engine/directories.hpp>
#include <constage/engine/mount.hpp>
#include <constage/files/copy.hpp>

#include <algorithm>
#include <map>

namespace constage::engine {

CONSTAGE_INLINE files::diff with_parents(files::diff const& changes, files::tree const& before) {
    std::map<std::string, files::change const*> there;
    for (auto const& c : changes) there.emplace(c.path, &c);
    std::map<std::string, files::change> added;
    for (auto const& c : changes)
        for (auto slash = c.path.rfind('/'); slash != std::string::npos; slash = c.path.rfind('/', slash - 1)) {
            auto const parent = c.path.substr(0, slash);
            if (there.contains(parent) || added.contains(parent)) break;
            auto const n = before.at(parent);
            if (!n || n->type != files::type::directory) break;
            auto copy = std::make_shared<files::node>(*n);
            copy->entries.clear();
            added.emplace(parent, files::change{parent, files::change::kind::put, std::move(copy)});
            if (slash == 0) break;
        }
    files::diff result;
    for (auto& [path, c] : added) result.push_back(std::move(c));
    result.insert(result.end(), changes.begin(), changes.end());
    std::stable_sort(
        result.begin(), result.end(), [](auto const& a, auto const& b) {  // byte order of the components: parents before children
            return std::lexicographical_compare(a.path.begin(), a.path.end(), b.path.begin(), b.path.end(),
                                                [](unsigned char x, unsigned char y) { return (x == '/' ? 0 : x) < (y == '/' ? 0 : y); });
        });
    return result;
}

CONSTAGE_INLINE files::diff made_on_the_way(std::string const& path, files::tree const& before) {
    auto after = before;
    for (auto up = path.find("/.."); up != std::string::npos; up = path.find("/..", up + 1))
        if (up + 3 == path.size() || path[up + 3] == '/')
            after = after.apply(files::make_directories(after, join_path("/", path.substr(0, up)), {}));
    return files::difference(before, after);
}

}  // namespace constage::engine

#endif
