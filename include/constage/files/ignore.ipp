// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_IGNORE_IPP_INCLUDED
#define CONSTAGE_FILES_IGNORE_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/ignore.hpp>

#include <algorithm>
#include <cstdint>

namespace constage::files {

namespace ignore_detail {

/// One character as Go sees it: a rune; a byte that is no UTF-8 is one of its own.
struct rune {
    std::uint32_t value = 0;
    std::size_t size = 0;
};

CONSTAGE_INLINE rune next_rune(std::string_view s) {
    auto const at = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    auto const lead = at(0);
    std::size_t const size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    if (size == 1) return {lead, 1};
    if (size == 0 || size > s.size()) return {0xfffd, 1};
    std::uint32_t value = lead & (0xffu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((at(i) & 0xc0) != 0x80) return {0xfffd, 1};
        value = value << 6 | (at(i) & 0x3fu);
    }
    return {value, size};
}

[[noreturn]] CONSTAGE_INLINE void malformed(std::string_view pattern) {
    throw failure("the pattern \"" + std::string(pattern) + "\" is malformed")
        .with_hint("a '[' needs its ']' and something between; a '\\' needs a character after it");
}

/// One bound of a range in a class; moves `rest` behind it. False: malformed.
CONSTAGE_INLINE bool class_bound(std::string_view& rest, std::uint32_t& value) {
    if (rest.empty() || rest[0] == '-' || rest[0] == ']') return false;
    if (rest[0] == '\\') rest.remove_prefix(1);
    if (rest.empty()) return false;
    auto const r = next_rune(rest);
    rest.remove_prefix(r.size);
    value = r.value;
    return true;
}

/// A class; `rest` begins behind its '[' and is moved behind its ']'. False: malformed.
CONSTAGE_INLINE bool class_match(std::string_view& rest, std::uint32_t c, bool& matched) {
    bool const negated = !rest.empty() && rest[0] == '^';
    if (negated) rest.remove_prefix(1);
    matched = false;
    for (bool first = true;; first = false) {
        if (!first && !rest.empty() && rest[0] == ']') break;
        std::uint32_t low = 0;
        if (!class_bound(rest, low)) return false;
        auto high = low;
        if (!rest.empty() && rest[0] == '-') {
            rest.remove_prefix(1);
            if (!class_bound(rest, high)) return false;
        }
        matched = matched || (low <= c && c <= high);
    }
    rest.remove_prefix(1);
    matched = matched != negated;
    return true;
}

CONSTAGE_INLINE bool well_formed(std::string_view pattern) {
    while (!pattern.empty()) {
        char const c = pattern[0];
        pattern.remove_prefix(1);
        bool ignored = false;
        if (c == '[' && !class_match(pattern, 0, ignored)) return false;
        if (c == '\\') {
            if (pattern.empty()) return false;
            pattern.remove_prefix(1);
        }
    }
    return true;
}

/// One token of a (well-formed) pattern, not a star, against the first character of `name`; both move behind it.
CONSTAGE_INLINE bool token_match(std::string_view& pattern, std::string_view& name) {
    if (name.empty()) return false;
    auto const r = next_rune(name);
    char const p = pattern[0];
    if (p == '?') {
        if (name[0] == '/') return false;
        pattern.remove_prefix(1);
        name.remove_prefix(r.size);
        return true;
    }
    if (p == '[') {
        pattern.remove_prefix(1);
        bool matched = false;
        class_match(pattern, r.value, matched);
        name.remove_prefix(r.size);
        return matched;
    }
    if (p == '\\') pattern.remove_prefix(1);
    if (pattern[0] != name[0]) return false;
    pattern.remove_prefix(1);
    name.remove_prefix(1);
    return true;
}

CONSTAGE_INLINE std::size_t token_size(std::string_view pattern) {
    if (pattern[0] == '\\') return 2;
    if (pattern[0] != '[') return 1;
    auto rest = pattern.substr(1);
    bool ignored = false;
    class_match(rest, 0, ignored);
    return pattern.size() - rest.size();
}

/// The whole name against a well-formed pattern with "**", token by token: `at[i]` says that what came before matches the first i bytes.
/// Several "**" would make going back and trying again exponential.
CONSTAGE_INLINE bool deep_glob(std::string_view pattern, std::string_view name) {
    std::vector<char> at(name.size() + 1), next;
    at[0] = true;
    while (!pattern.empty()) {
        auto const first = std::find(at.begin(), at.end(), true) - at.begin();
        if (first == std::ssize(at)) return false;
        bool const deep = pattern.starts_with("**");
        if (deep || pattern[0] == '*') {
            pattern.remove_prefix(pattern.starts_with("**/") ? 3 : deep ? 2 : 1);
            if (deep && pattern.empty()) return true;
            for (auto i = static_cast<std::size_t>(first); i < name.size(); ++i)
                if (deep ? name[i] == '/' : at[i] && name[i] != '/') at[i + 1] = true;
            continue;
        }
        next.assign(at.size(), false);
        for (auto i = static_cast<std::size_t>(first); i < name.size(); ++i) {
            auto token = pattern, rest = name.substr(i);
            if (at[i] && token_match(token, rest)) next[name.size() - rest.size()] = true;
        }
        at.swap(next);
        pattern.remove_prefix(token_size(pattern));
    }
    return at.back();
}

/// The whole name against a well-formed pattern. `deep`: "**" with or without a slash behind it stands for any number of whole components,
/// at the end for anything. To go back to the last '*' only is enough, since a '*' never crosses a '/'.
CONSTAGE_INLINE bool glob(std::string_view pattern, std::string_view name, bool deep) {
    std::string_view star_pattern, star_name;
    bool star = false;
    for (;;) {
        if (deep && pattern.starts_with("**")) {
            if (deep_glob(pattern, name)) return true;
        } else if (!pattern.empty() && pattern[0] == '*') {
            pattern.remove_prefix(1);
            star = true;
            star_pattern = pattern;
            star_name = name;
            continue;
        } else if (pattern.empty() ? name.empty() : token_match(pattern, name)) {
            if (pattern.empty() && name.empty()) return true;
            continue;
        }
        if (!star || star_name.empty() || star_name[0] == '/') return false;
        star_name.remove_prefix(1);
        name = star_name;
        pattern = star_pattern;
    }
}

/// path.Clean of Go, with the leading slash dropped.
CONSTAGE_INLINE std::string clean(std::string_view pattern) {
    bool const absolute = pattern.starts_with('/');
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin <= pattern.size();) {
        auto const end = std::min(pattern.find('/', begin), pattern.size());
        auto const part = pattern.substr(begin, end - begin);
        begin = end + 1;
        if (part.empty() || part == ".") continue;
        if (part != "..")
            parts.push_back(part);
        else if (!parts.empty() && parts.back() != "..")
            parts.pop_back();
        else if (!absolute)
            parts.push_back(part);
    }
    std::string text;
    for (auto const part : parts) (text.empty() ? text : text += '/') += part;
    return text.empty() ? (absolute ? "/" : ".") : text;
}

CONSTAGE_INLINE std::string_view trim(std::string_view s) {
    auto const first = s.find_first_not_of(" \t\r\n\v\f");
    if (first == s.npos) return {};
    return s.substr(first, s.find_last_not_of(" \t\r\n\v\f") - first + 1);
}

CONSTAGE_INLINE ignore_rules::rule compile(std::string_view text) {
    using kind = ignore_rules::rule::kind;
    ignore_rules::rule rule;
    rule.exception = text.starts_with('!');
    if (rule.exception) text = trim(text.substr(1));
    if (text.empty()) throw failure("the pattern \"!\" takes nothing back").with_hint("write what to take back behind the '!'");
    rule.pattern = clean(text);
    if (!well_formed(rule.pattern)) malformed(text);  // cleaning may cut an escape in two
    auto const plain = [](std::string_view s) { return !has_wildcard(s); };
    std::string_view const p = rule.pattern;
    if (plain(p))
        rule.shape = kind::exact;
    else if (p.starts_with("**") && plain(p.substr(2)))
        rule.shape = kind::suffix;
    else if (p.ends_with("**") && plain(p.substr(0, p.size() - 2)))
        rule.shape = kind::prefix;
    else
        rule.shape = kind::glob;
    return rule;
}

CONSTAGE_INLINE bool rule_matches(ignore_rules::rule const& rule, std::string_view path) {
    using kind = ignore_rules::rule::kind;
    std::string_view const p = rule.pattern;
    switch (rule.shape) {
        case kind::exact:
            return path == p;
        case kind::prefix:
            return path.starts_with(p.substr(0, p.size() - 2));
        case kind::suffix:
            return path.ends_with(p.substr(2)) || (p.size() > 2 && p[2] == '/' && path == p.substr(3));
        case kind::glob:
            break;
    }
    return glob(p, path, true);
}

/// Does the rule match the path or a parent of it?
CONSTAGE_INLINE bool rule_covers(ignore_rules::rule const& rule, std::string_view path) {
    for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1))
        if (rule_matches(rule, path.substr(0, slash))) return true;
    return rule_matches(rule, path);
}

/// Can the pattern match something below the directory? Component by component, as far as the directory goes.
CONSTAGE_INLINE bool may_match_below(std::string_view pattern, std::string_view directory) {
    for (;;) {
        auto const p = pattern.substr(0, pattern.find('/')), d = directory.substr(0, directory.find('/'));
        if (p.find("**") != p.npos) return true;
        // A class and an escape may hold a '/' and so more than one component: then nothing is ruled out.
        if (p.find('[') != p.npos || p.ends_with('\\')) return true;
        if (!glob(p, d, false) || p.size() == pattern.size()) return false;
        if (d.size() == directory.size()) return true;
        pattern.remove_prefix(p.size() + 1);
        directory.remove_prefix(d.size() + 1);
    }
}

}  // namespace ignore_detail

CONSTAGE_INLINE ignore_rules ignore_rules::parse(std::string_view text, std::string_view file) {
    ignore_rules result;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    for (int number = 1; !text.empty(); ++number) {
        auto const line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        auto const pattern = ignore_detail::trim(line);
        if (line.starts_with('#') || pattern.empty()) continue;
        try {
            result.rules_.push_back(ignore_detail::compile(pattern));
        } catch (failure& f) { throw std::move(f).with_where(std::string(file) + ":" + std::to_string(number)); }
    }
    return result;
}

CONSTAGE_INLINE ignore_rules ignore_rules::of(std::vector<std::string> const& patterns) {
    ignore_rules result;
    for (auto const& pattern : patterns)
        if (auto const text = ignore_detail::trim(pattern); !text.empty()) result.rules_.push_back(ignore_detail::compile(text));
    return result;
}

CONSTAGE_INLINE bool ignore_rules::has_exceptions() const {
    return std::any_of(rules_.begin(), rules_.end(), [](rule const& r) { return r.exception; });
}

CONSTAGE_INLINE bool ignore_rules::ignores(std::string_view path) const {
    matches parent, own;
    bool ignored = false;
    for (auto slash = path.find('/');; slash = path.find('/', slash + 1)) {  // from the top down, as a walk does
        ignored = ignores(path.substr(0, slash), parent, own);
        if (slash == path.npos) return ignored;
        parent = own;
    }
}

/// As the reference does it, recorded cases included: a rule that could not change the verdict on a directory is not looked at, and so does
/// not count for what is below it (`build`, `!build/keep`, `build` keeps build/keep).
CONSTAGE_INLINE bool ignore_rules::ignores(std::string_view path, matches const& parent, matches& own) const {
    bool ignored = false;
    own.assign(rules_.size(), false);
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        own[i] = !parent.empty() && parent[i];
        if (!own[i] && rules_[i].exception == ignored) own[i] = ignore_detail::rule_matches(rules_[i], path);
        if (own[i]) ignored = !rules_[i].exception;
    }
    return ignored;
}

CONSTAGE_INLINE bool ignore_rules::may_take_back_below(std::string_view directory) const {
    return std::any_of(rules_.begin(), rules_.end(), [&](rule const& r) {
        return r.exception && (ignore_detail::rule_covers(r, directory) || ignore_detail::may_match_below(r.pattern, directory));
    });
}

CONSTAGE_INLINE bool match(std::string_view pattern, std::string_view name) {
    if (!ignore_detail::well_formed(pattern)) ignore_detail::malformed(pattern);
    return ignore_detail::glob(pattern, name, false);
}

CONSTAGE_INLINE bool has_wildcard(std::string_view pattern) { return pattern.find_first_of("*?[\\") != pattern.npos; }

}  // namespace constage::files

#endif
