// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_STAGES_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_STAGES_IPP_INCLUDED

#include <constage/dockerfile/stages.hpp>
#include <constage/dockerfile/text.hpp>
#include <constage/failure.hpp>
#include <constage/plan/expand.hpp>
#include <constage/plan/pattern.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace constage::dockerfile {

namespace stages_detail {

/// What stands for the value of a variable while a text is turned into a pattern.
inline constexpr char anything = '\x01';

/// The names that `text` may come to be, as a pattern (plan/pattern.hpp): every variable may be anything. None: it has no variables, or
/// cannot be expanded at all.
CONSTAGE_INLINE std::optional<std::string> pattern_of(std::string const& text) {
    if (text.find('$') == text.npos || text.find(anything) != text.npos) return {};
    try {
        auto const e = plan::expand(text, [](std::string_view) { return std::string(1, anything); });
        if (e.used.empty()) return {};
        for (auto i = text.find("${"); i != text.npos; i = text.find("${", i + 1)) {
            auto const end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", i + 2);
            if (end == text.npos || text[end] != '}') return "*";  // a modifier may make anything of it
        }
        std::string pattern;
        for (char const c : e.text) {
            if (c == '*' || c == '?' || c == '\\') pattern += '\\';
            pattern += c == anything ? '*' : c;
        }
        return pattern;
    } catch (failure const&) {
        return {};  // whoever expands it for good will say what is wrong
    }
}

CONSTAGE_INLINE bool matches(std::string const& name, std::string const& pattern) {
    return plan::without_prefix(name + "\n", pattern + "\n", true).empty();
}

/// What is possible grows with the square of the number of stages: a hostile file must not take all memory.
inline constexpr std::size_t most_comparisons = 1'000'000;

}  // namespace stages_detail

CONSTAGE_INLINE stage_names::stage_names(std::vector<std::string> names) : names_(std::move(names)) {
    for (std::size_t i = 0; i != names_.size(); ++i)
        if (!names_[i].empty()) places_[names_[i]].push_back(i);
}

CONSTAGE_INLINE std::optional<std::size_t> stage_names::find_exactly(std::string_view name, std::size_t limit) const {
    auto const found = places_.find(name);
    if (found == places_.end()) return {};
    auto const& places = found->second;
    auto const after = std::lower_bound(places.begin(), places.end(), limit);
    return after == places.begin() ? std::nullopt : std::optional(*std::prev(after));
}

CONSTAGE_INLINE std::optional<std::size_t> stage_names::find(std::string_view name) const {
    return find_exactly(to_lower(name), names_.size());
}

CONSTAGE_INLINE plan::reference stage_names::base(std::string const& text, std::size_t index) const {
    using kind = plan::reference::kind;
    plan::reference r;
    r.what = kind::image;
    r.text = text;
    if (auto const pattern = stages_detail::pattern_of(text)) {
        compared_ += places_.size();
        if (compared_ > stages_detail::most_comparisons)
            throw failure("too many stages that FROM with a variable could mean")
                .with_hint("give fewer stages a name, or name the stage without a variable");
        for (auto const& [name, places] : places_)
            if (auto const last = find_exactly(name, index); last && stages_detail::matches(name, *pattern)) r.choices.push_back(*last);
        std::sort(r.choices.begin(), r.choices.end());
        if (!r.choices.empty()) r.what = kind::select;
        return r;
    }
    std::string literal = text;
    try {
        literal = plan::expand(text, [](std::string_view) { return std::nullopt; }).text;
    } catch (failure const&) {
        return r;  // the same
    }
    if (auto const stage = find_exactly(literal, index)) {
        r.what = kind::stage;
        r.stage = *stage;
        r.text = names_[*stage];
    } else if (literal == "scratch") {
        r.what = kind::scratch;
        r.text = literal;
    }
    return r;
}

CONSTAGE_INLINE plan::reference stage_names::from(std::string const& text, bool numbers) const {
    plan::reference r;
    r.what = plan::reference::kind::image;
    r.text = text;
    if (numbers) {
        int number = 0;
        auto const begin = text.data() + (text[0] == '+' && text.size() > 1 && text[1] != '-');
        auto const [end, error] = std::from_chars(begin, text.data() + text.size(), number);
        if (error == std::errc() && end == text.data() + text.size() && begin != end) {
            if (number < 0 || static_cast<std::size_t>(number) >= names_.size())
                throw failure("invalid stage index " + std::to_string(number))
                    .with_hint("the file has " + std::to_string(names_.size()) + " stages, counted from 0");
            r.what = plan::reference::kind::stage;
            r.stage = static_cast<std::size_t>(number);
            r.text = names_[r.stage].empty() ? std::to_string(number) : names_[r.stage];
            return r;
        }
    }
    if (auto const stage = find(text)) {
        r.what = plan::reference::kind::stage;
        r.stage = *stage;
        r.text = names_[*stage];
    }
    return r;
}

}  // namespace constage::dockerfile

#endif
