// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_EPOCH_IPP_INCLUDED
#define CONSTAGE_ENGINE_EPOCH_IPP_INCLUDED

#include <constage/engine/build.hpp>
#include <constage/engine/context.hpp>
#include <constage/engine/epoch.hpp>
#include <constage/failure.hpp>
#include <constage/files/tree.hpp>

#include <algorithm>
#include <charconv>

namespace constage::engine {

namespace epoch_detail {

inline constexpr char const* name = "SOURCE_DATE_EPOCH";

CONSTAGE_INLINE failure too_late(std::string const& text) {
    return failure("invalid SOURCE_DATE_EPOCH: " + text).with_hint("images know no time after " + std::to_string(latest_epoch)).as_usage();
}

CONSTAGE_INLINE std::optional<std::int64_t> number(std::string const& text) {
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    if (value > latest_epoch) throw too_late(text);
    return value;
}

CONSTAGE_INLINE std::string asked_for(plan::plan const& what, options const& how) {
    std::string text;
    for (auto const& a : what.args)
        if (a.what.name == name && a.what.value) text = *a.what.value;
    if (auto const given = how.build_args.find(name); given != how.build_args.end()) text = given->second;
    return text;
}

/// What the one instruction of `FROM scratch AS name` / `ADD https://… /` takes.
CONSTAGE_INLINE std::optional<std::string> remote_source(plan::stage const& s) {
    if (s.from.what != plan::reference::kind::scratch || s.steps.size() != 1) return std::nullopt;
    auto const* add = std::get_if<plan::copy>(&s.steps.front().what);
    if (!add || !add->add || !add->files.empty() || add->sources.size() != 1 || !is_fetched(add->sources.front())) return std::nullopt;
    return add->sources.front();
}

/// The time of what a word names; the outer optional: whether it names anything.
CONSTAGE_INLINE std::optional<std::optional<std::int64_t>> named(std::string const& text, plan::plan const& what, options const& how) {
    if (text == "context") {
        if (is_fetched(how.context)) return fetch_context(how.context, how).time;
        return how.context_files ? newest_file(*how.context_files) : std::nullopt;
    }
    for (auto const& [context, value] : how.build_contexts)
        if (context == text) return is_fetched(value) ? fetch_context(value, how).time : std::nullopt;
    for (auto const& s : what.stages)
        if (s.name == text)
            if (auto const source = remote_source(s)) return fetch_context(*source, how).time;
    return std::nullopt;
}

}  // namespace epoch_detail

CONSTAGE_INLINE std::optional<std::int64_t> epoch_of(plan::plan const& what, options const& how) {
    using namespace epoch_detail;
    if (how.source_date_epoch && *how.source_date_epoch > latest_epoch) throw too_late(std::to_string(*how.source_date_epoch));
    if (how.source_date_epoch) return how.source_date_epoch;
    auto const text = asked_for(what, how);
    if (text.empty()) return std::nullopt;
    if (auto const value = number(text)) return value;
    if (auto const time = named(text, what, how)) return *time;
    throw failure("invalid SOURCE_DATE_EPOCH: " + text)
        .with_hint("give the seconds since 1970 as a number, or context, or the name of a context or stage that is fetched from elsewhere")
        .as_usage();
}

CONSTAGE_INLINE options with_epoch(options how, plan::plan const& what, std::optional<std::int64_t> epoch) {
    auto const text = epoch_detail::asked_for(what, how);
    if (text.empty() || epoch_detail::number(text)) return how;
    if (epoch)
        how.build_args[epoch_detail::name] = std::to_string(*epoch);
    else
        how.build_args.erase(epoch_detail::name);
    return how;
}

}  // namespace constage::engine

#endif
