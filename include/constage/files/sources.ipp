// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_SOURCES_IPP_INCLUDED
#define CONSTAGE_FILES_SOURCES_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/edited_tree.hpp>
#include <constage/files/sources.hpp>

#include <algorithm>
#include <optional>

namespace constage::files {

namespace sources_detail {

/// Has this component a `*`, `?` or `[` that is not escaped? An escape alone makes no pattern (C017).
CONSTAGE_INLINE bool is_pattern(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '*' || text[i] == '?' || text[i] == '[')
            return true;
    }
    return false;
}

[[noreturn]] CONSTAGE_INLINE void not_found(std::string_view path) {
    throw failure("\"/" + std::string(path) + "\": not found")
        .with_hint("the file does not exist in the source, or an ignore file leaves it out");
}

CONSTAGE_INLINE node_ptr existing(tree const& from, std::string const& path) {
    auto const found = from.find(path);
    if (!found || !found->node) not_found(path);
    return found->node;
}

/// --parents wants a literal to be there and not to be left out.
CONSTAGE_INLINE void require(tree const& from, std::string const& base, std::string const& path, ignore_rules const& exclude) {
    auto const whole = join(base, path);
    auto const found = from.find(whole, false);
    if (!found || !found->node || (exclude.ignores(path) && !exclude.may_take_back_below(path))) not_found(whole);
}

/// The paths below `directory` that match the pattern, component by component; symlinks on the way are not followed.
CONSTAGE_INLINE void match_below(node const& directory, std::string const& path, std::string_view pattern, std::vector<std::string>& out) {
    auto const slash = pattern.find('/');
    auto const component = pattern.substr(0, slash);
    for (auto const& [name, child] : directory.entries) {
        if (!match(component, name)) continue;
        if (slash == pattern.npos)
            out.push_back(join(path, name));
        else if (child->type == type::directory)
            match_below(*child, join(path, name), pattern.substr(slash + 1), out);
    }
}

/// The paths that a cleaned source names.
CONSTAGE_INLINE std::vector<std::string> paths_of(tree const& from, std::string const& source) {
    std::size_t begin = 0;
    while (begin < source.size() && !is_pattern(std::string_view(source).substr(begin, source.find('/', begin) - begin)))
        begin = std::min(source.find('/', begin), source.size() - 1) + 1;
    if (begin >= source.size()) return {source};
    auto const found = from.find(std::string_view(source).substr(0, begin));
    if (!found || !found->node) not_found(parent_path(source.substr(0, begin)));
    std::vector<std::string> result;
    if (found->node->type == type::directory) match_below(*found->node, found->path, std::string_view(source).substr(begin), result);
    return result;
}

/// Decides which paths below a source directory are copied.
class selection {
public:
    /// `only`: a pattern of --parents, else none.
    selection(std::optional<std::string> const& only, ignore_rules const& exclude) : exclude_(exclude) {
        if (!only) return;
        include_ = ignore_rules::of({*only});
        others_ = ignore_rules::of({"**", "!" + *only});
    }

    bool takes_all() const { return !include_ && exclude_.empty(); }
    bool takes(std::string_view path) const { return (!include_ || include_->ignores(path)) && !exclude_.ignores(path); }
    bool may_take_below(std::string_view directory) const {
        return (!include_ || include_->ignores(directory) || others_.may_take_back_below(directory)) &&
               (!exclude_.ignores(directory) || exclude_.may_take_back_below(directory));
    }

    /// The directory with what is taken.
    node_ptr filter(node const& directory, std::string const& path, std::unordered_set<node const*>& on_the_way) const {
        auto made = attributes_of(directory);
        for (auto const& [name, child] : directory.entries) {
            auto const here = join(path, name);
            bool const taken = takes(here);
            if (child->type != type::directory) {
                if (taken) made->entries.put(name, child);
                continue;
            }
            if (!taken && !may_take_below(here)) continue;
            auto below = filter(*child, here, on_the_way);
            if (!taken && below->entries.empty()) continue;
            if (!taken) on_the_way.insert(below.get());
            made->entries.put(name, std::move(below));
        }
        return made;
    }

private:
    std::optional<ignore_rules> include_;
    ignore_rules others_;
    ignore_rules const& exclude_;
};

/// Recorded: where --parents or --exclude choose, a symlink in the source's root must lead to something there, for the reference builder's
/// key follows it. Deeper ones need not.
CONSTAGE_INLINE void require_targets(tree const& from, node const& root) {
    for (auto const& [name, child] : root.entries) {
        if (child->type != type::symlink) continue;
        if (auto const found = from.find(name); found && found->node) continue;
        throw failure("\"/" + name + "\": not found")
            .with_hint("this symlink leads to " + child->target +
                       ", which is not there: with --parents or --exclude that is an error; add --exclude=" + name);
    }
}

/// "a/./b/c" to "a" and "b/c"; without a pivot the root and the whole.
CONSTAGE_INLINE std::pair<std::string, std::string> at_pivot(std::string const& source) {
    auto const pivot = source.find("/./");
    if (pivot == std::string::npos) return {"", cleaned_path(source)};
    return {cleaned_path(std::string_view(source).substr(0, pivot)), cleaned_path(std::string_view(source).substr(pivot + 3))};
}

}  // namespace sources_detail

CONSTAGE_INLINE std::string cleaned_path(std::string_view path) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin < path.size();) {
        auto const end = std::min(path.find('/', begin), path.size());
        auto const part = path.substr(begin, end - begin);
        begin = end + 1;
        if (part == "..") {
            if (!parts.empty()) parts.pop_back();
        } else if (!part.empty() && part != ".") {
            parts.push_back(part);
        }
    }
    std::string text;
    for (auto const part : parts) text = join(text, part);
    return text;
}

CONSTAGE_INLINE std::vector<picked> pick(tree const& from, std::string const& source, ignore_rules const& exclude, bool parents) {
    using namespace sources_detail;
    auto base = cleaned_path(source);
    std::optional<std::string> only;
    if (parents) {
        std::string pattern;
        std::tie(base, pattern) = at_pivot(source);
        if (!is_pattern(base) && !is_pattern(pattern)) require(from, base, pattern, exclude);
        only = pattern;
    }
    selection const what(only, exclude);
    std::vector<picked> result;
    for (auto& path : paths_of(from, base)) {
        picked p;
        p.node = existing(from, path);
        p.path = std::move(path);
        if (p.node->type == type::directory && !what.takes_all()) {
            p.node = what.filter(*p.node, "", p.on_the_way);
            if (p.path.empty()) require_targets(from, *p.node);
        }
        result.push_back(std::move(p));
    }
    return result;
}

}  // namespace constage::files

#endif
