// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_PATTERN_IPP_INCLUDED
#define CONSTAGE_PLAN_PATTERN_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/plan/pattern.hpp>

#include <algorithm>
#include <vector>

namespace constage::plan {

namespace pattern_detail {

/// Steps that one substitution may take: a hostile pattern on a hostile value must not take minutes.
inline constexpr std::size_t most_steps = std::size_t{1} << 26;
inline constexpr std::size_t none = static_cast<std::size_t>(-1);

struct token {
    enum class kind : unsigned char { literal, any, star } what;
    std::string_view literal;
};

/// Code points as views; a byte that is no UTF-8 counts as one.
CONSTAGE_INLINE std::vector<std::string_view> code_points(std::string_view text) {
    std::vector<std::string_view> list;
    for (std::size_t i = 0; i != text.size();) {
        auto const first = static_cast<unsigned char>(text[i]);
        std::size_t length = first < 0xc0 ? 1u : first < 0xe0 ? 2u : first < 0xf0 ? 3u : first < 0xf8 ? 4u : 1u;
        for (std::size_t k = 1; k < length; ++k)
            if (i + k >= text.size() || (static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) length = 1;
        list.push_back(text.substr(i, length));
        i += length;
    }
    return list;
}

CONSTAGE_INLINE std::vector<token> tokens_of(std::string_view text) {
    using kind = token::kind;
    std::vector<token> list;
    auto const points = code_points(text);
    for (std::size_t i = 0; i != points.size(); ++i) {
        if (points[i] == "*") {
            if (list.empty() || list.back().what != kind::star) list.push_back({kind::star, {}});
        } else if (points[i] == "?") {
            list.push_back({kind::any, {}});
        } else if (points[i] == "\\") {
            auto const next = i + 1 == points.size() ? std::string_view() : points[i + 1];
            if (next == "}" || next == "/") continue;  // escaped for the sake of `${…}`, not of the pattern
            if (next != "*" && next != "?" && next != "\\")
                throw failure("invalid pattern (" + std::string(text) + ") in substitution: invalid escape '\\" + std::string(next) + "'");
            list.push_back({kind::literal, points[++i]});
        } else {
            list.push_back({kind::literal, points[i]});
        }
    }
    return list;
}

/// Runs all alternatives side by side, so that time is at most tokens × code points.
struct matcher {
    std::vector<token> const& tokens;
    std::vector<std::string_view> const& value;
    std::size_t steps = most_steps;

    /// The end of the shortest or longest match that begins at `from`; none if there is none.
    std::size_t match(std::size_t from, bool longest) {
        std::vector<char> now(tokens.size() + 1), next(tokens.size() + 1);
        add(now, 0);
        std::size_t found = none;
        for (std::size_t i = from;; ++i) {
            if (now.back()) {
                found = i;
                if (!longest) return found;
            }
            if (i == value.size() || !advance(value[i], now, next)) return found;
            now.swap(next);
        }
    }

private:
    void add(std::vector<char>& set, std::size_t state) const {
        while (!set[state]) {
            set[state] = 1;
            if (state == tokens.size() || tokens[state].what != token::kind::star) return;
            ++state;
        }
    }
    bool advance(std::string_view point, std::vector<char> const& now, std::vector<char>& next) {
        if (steps < now.size()) throw failure("a pattern of a substitution takes too long to match");
        steps -= now.size();
        std::fill(next.begin(), next.end(), char{0});
        bool alive = false;
        for (std::size_t s = 0; s != tokens.size(); ++s) {
            auto const& t = tokens[s];
            if (!now[s] || (t.what == token::kind::literal ? t.literal != point : point == "\n")) continue;
            alive = true;
            add(next, t.what == token::kind::star ? s : s + 1);
        }
        return alive;
    }
};

CONSTAGE_INLINE std::string join(std::vector<std::string_view> const& points, std::size_t begin, std::size_t end) {
    std::string text;
    for (std::size_t i = begin; i < end; ++i) text += points[i];
    return text;
}

/// A regular expression's replacement template when there are no groups.
CONSTAGE_INLINE std::string without_groups(std::string_view text) {
    auto const word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
    std::string result;
    for (std::size_t i = 0; i != text.size();) {
        auto const rest = text.substr(i + 1);
        if (text[i] != '$' || rest.empty()) {
            result += text[i++];
        } else if (rest[0] == '$') {
            result += '$';
            i += 2;
        } else {
            bool const brace = rest[0] == '{';
            std::size_t end = brace;
            while (end != rest.size() && word(rest[end])) ++end;
            bool const good = end != brace && (!brace || (end != rest.size() && rest[end] == '}'));
            if (good)
                i += 1 + end + brace;
            else
                result += text[i++];
        }
    }
    return result;
}

}  // namespace pattern_detail

CONSTAGE_INLINE std::string without_prefix(std::string_view value, std::string_view pattern, bool longest) {
    using namespace pattern_detail;
    auto const tokens = tokens_of(pattern);
    auto const points = code_points(value);
    auto const end = matcher{tokens, points}.match(0, longest);
    return end == none ? std::string(value) : join(points, end, points.size());
}

CONSTAGE_INLINE std::string without_suffix(std::string_view value, std::string_view pattern, bool longest) {
    using namespace pattern_detail;
    auto tokens = tokens_of(pattern);
    auto points = code_points(value);
    std::reverse(tokens.begin(), tokens.end());
    std::reverse(points.begin(), points.end());
    auto const end = matcher{tokens, points}.match(0, longest);
    if (end == none) return std::string(value);
    points.erase(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(end));
    std::reverse(points.begin(), points.end());
    return join(points, 0, points.size());
}

CONSTAGE_INLINE std::string replace_pattern(std::string_view value, std::string_view pattern, std::string_view replacement, bool all) {
    using namespace pattern_detail;
    auto const tokens = tokens_of(pattern);
    auto const points = code_points(value);
    auto const with = all ? without_groups(replacement) : std::string(replacement);
    matcher m{tokens, points};
    std::string result;
    std::size_t last_end = none;  // of the match before: an empty one may not follow it at once
    for (std::size_t at = 0; at <= points.size();) {
        auto const end = m.match(at, true);
        if (end != none && (end != at || at != last_end)) {
            result += with;
            if (!all) return result + join(points, end, points.size());
            last_end = end;
            if (end != at) {
                at = end;
                continue;
            }
        }
        if (at != points.size()) result += points[at];
        ++at;
    }
    return result;
}

}  // namespace constage::plan

#endif
