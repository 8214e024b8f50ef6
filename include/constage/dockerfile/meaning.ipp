// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_MEANING_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_MEANING_IPP_INCLUDED

#include <constage/dockerfile/flags.hpp>
#include <constage/dockerfile/meaning.hpp>
#include <constage/dockerfile/mounts.hpp>
#include <constage/dockerfile/text.hpp>
#include <constage/dockerfile/words.hpp>
#include <constage/failure.hpp>
#include <constage/plan/suggest.hpp>

#include <algorithm>
#include <charconv>
#include <map>

namespace constage::dockerfile {

namespace meaning_detail {

inline constexpr std::string_view keywords[] = {"ADD",    "ARG",   "CMD",         "COPY",  "ENTRYPOINT", "ENV",
                                                "EXPOSE", "FROM",  "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
                                                "RUN",    "SHELL", "STOPSIGNAL",  "USER",  "VOLUME",     "WORKDIR"};

[[noreturn]] CONSTAGE_INLINE void too_few(std::string const& keyword) { throw failure(keyword + " requires at least one argument"); }

/// Nanoseconds of a Go duration ("1m30s", "1.5h", "0"); none: it is not one.
CONSTAGE_INLINE std::optional<double> duration(std::string_view text) {
    struct unit {
        std::string_view name;
        double nanoseconds;
    };
    static constexpr unit units[] = {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"μs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
    bool const negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (text == "0") return 0;
    if (text.empty()) return {};
    double sum = 0;
    while (!text.empty()) {
        auto const digits = std::min(text.find_first_not_of("0123456789."), text.size());
        auto const number = text.substr(0, digits);
        if (number.empty() || number == "." || std::count(number.begin(), number.end(), '.') > 1) return {};
        double value = 0, scale = 1;
        for (bool fraction = false; char const c : number) {
            if (c == '.')
                fraction = true;
            else if (fraction)
                value += (c - '0') * (scale /= 10);
            else
                value = value * 10 + (c - '0');
        }
        text.remove_prefix(digits);
        auto const name = text.substr(0, std::min(text.find_first_of("0123456789."), text.size()));
        auto const* const known = std::find_if(std::begin(units), std::end(units), [&](unit const& u) { return u.name == name; });
        if (known == std::end(units)) return {};
        sum += value * known->nanoseconds;
        text.remove_prefix(name.size());
    }
    if (sum > 9.2e18) return {};
    return negative ? -sum : sum;
}

CONSTAGE_INLINE void check_stage_name(std::string const& written) {
    auto const name = to_lower(written);
    auto const good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'; };
    if (name.empty() || name[0] < 'a' || name[0] > 'z' || !std::all_of(name.begin(), name.end(), good))
        throw failure("invalid name for build stage: \"" + written + "\", name can't start with a number or contain symbols")
            .with_hint("a name is a letter, then letters, digits, '-', '_' and '.'");
}

CONSTAGE_INLINE void check_health(instruction const& i) {
    if (i.arguments.empty()) too_few(i.keyword);
    auto const type = to_upper(i.arguments[0]);
    if (type == "NONE") {
        if (i.arguments.size() > 1) throw failure("HEALTHCHECK NONE takes no arguments");
        return;
    }
    flag_values const flags(i.flags, flags_of(i.keyword));
    if (type != "CMD") throw failure("unknown type \"" + type + "\" in HEALTHCHECK (try CMD)");
    if (i.arguments.size() < 2) throw failure("missing command after HEALTHCHECK CMD");
    for (auto const* name : {"interval", "timeout", "start-period", "start-interval"}) {
        auto const text = flags.text(name);
        if (text.empty()) continue;
        auto const d = duration(text);
        if (!d)
            throw failure("time: invalid duration \"" + text + "\"").with_hint("write a number and a unit, such as 30s, 1m30s or 500ms");
        if (*d != 0 && *d < 1e6) throw failure("Interval \"" + std::string(name) + "\" cannot be less than 1ms");
    }
    if (auto const text = flags.text("retries"); !text.empty()) {
        int value = 0;
        auto const begin = text.data() + (text[0] == '+');
        auto const [end, error] = std::from_chars(begin, text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size()) throw failure("invalid value for --retries: \"" + text + "\"");
        if (value < 0) throw failure("--retries cannot be negative (" + text + ")");
    }
}

CONSTAGE_INLINE void check_run(instruction const& i) {
    flag_values const flags(i.flags, flags_of(i.keyword));
    if (flags.given("network")) {
        auto const mode = flags.text("network");
        if (mode != "default" && mode != "none" && mode != "host")
            throw failure("invalid network mode \"" + mode + "\"" + plan::did_you_mean(mode, {"default", "none", "host"}))
                .with_hint("use default, none or host");
    }
    if (flags.given("security")) {
        auto const mode = flags.text("security");
        if (mode != "sandbox" && mode != "insecure")
            throw failure("security \"" + mode + "\" is not valid" + plan::did_you_mean(mode, {"sandbox", "insecure"}));
    }
    for (auto const& m : flags.list("mount")) check_mount(m);
}

CONSTAGE_INLINE void check_copy(instruction const& i) {
    if (i.arguments.size() < 2)
        throw failure(i.keyword + " requires at least two arguments, but only one was provided. Destination could not be determined");
    flag_values const flags(i.flags, flags_of(i.keyword));
    if (heredoc_marker(i.arguments.back())) throw failure(i.keyword + " cannot accept a heredoc as a destination");
}

CONSTAGE_INLINE void check_onbuild(instruction const& i) {
    if (i.arguments.empty()) too_few(i.keyword);
    flag_values const flags(i.flags, flags_of(i.keyword));
    auto const trigger = to_upper(trim(i.arguments[0]));
    if (trigger == "ONBUILD") throw failure("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
    if (trigger == "MAINTAINER" || trigger == "FROM") throw failure(trigger + " isn't allowed as an ONBUILD trigger");
}

CONSTAGE_INLINE void check_words(instruction const& i) {
    std::string_view const k = i.keyword;
    if (k == "MAINTAINER" || k == "WORKDIR" || k == "USER" || k == "STOPSIGNAL") {
        if (i.arguments.size() != 1) throw failure(i.keyword + " requires exactly one argument");
    } else if (i.arguments.empty()) {
        too_few(i.keyword);
    }
    if (k == "ENV" || k == "LABEL") {
        for (std::size_t n = 0; n + 2 < i.arguments.size(); n += 3)
            if (i.arguments[n].empty()) throw failure(i.keyword + " names can not be blank");
    } else if (k == "ARG") {
        for (auto const& a : i.arguments)
            if (a.starts_with('=')) throw failure("ARG names can not be blank");
        return;  // its flags are never looked at
    }
    flag_values const flags(i.flags, flags_of(k));
    if (k == "VOLUME") {
        for (auto const& v : i.arguments)
            if (trim(v).empty()) throw failure("VOLUME specified can not be an empty string");
    } else if (k == "SHELL" && !i.json) {
        throw failure("SHELL requires the arguments to be in JSON form").with_hint("SHELL [\"/bin/bash\", \"-c\"]");
    }
}

// ---- values --------------------------------------------------------------------------------------------------------

CONSTAGE_INLINE plan::command command_of(instruction const& i, std::size_t skip = 0) {
    plan::command c;
    c.shell = !i.json;
    c.words.assign(i.arguments.begin() + static_cast<std::ptrdiff_t>(skip), i.arguments.end());
    if (c.shell && c.words.empty()) c.words.emplace_back();
    return c;
}

CONSTAGE_INLINE plan::heredoc body_of(heredoc const& d, bool strip) {
    return {d.name, strip && d.chomp ? without_tabs(d.content) : d.content, d.expand, d.chomp, d.fd};
}

CONSTAGE_INLINE plan::run run_of(instruction const& i, finder const& find) {
    flag_values const flags(i.flags, flags_of(i.keyword));
    plan::run r;
    r.what = command_of(i);
    r.network = flags.text("network");
    r.security = flags.text("security");
    r.devices = flags.list("device");
    for (auto const& m : flags.list("mount")) r.mounts.push_back(read_mount(m, [&](std::string const& name) { return find(name, false); }));
    if (i.heredocs.empty()) return r;
    bool const plain = i.heredocs.size() == 1 && heredoc_marker(r.what.words.front());
    auto const first = body_of(i.heredocs.front(), plain);
    if (plain && !first.body.starts_with("#!")) {
        r.what.words = {first.body};  // R022
        return r;
    }
    for (auto const& d : i.heredocs) r.heredocs.push_back(body_of(d, plain));
    return r;
}

CONSTAGE_INLINE plan::copy copy_of(instruction const& i, finder const& find) {
    flag_values const flags(i.flags, flags_of(i.keyword));
    plan::copy c;
    c.add = i.keyword == "ADD";
    auto const from = flags.text("from");
    if (auto const dollar = from.find('$'); dollar != from.npos && dollar + 1 != from.size())
        throw failure(
            "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround")
            .with_hint("FROM " + from + " AS …, and --from= that stage");
    if (!from.empty()) c.from = find(from, true);
    std::map<std::string_view, heredoc const*> documents;  // of several with one name the last one counts
    for (auto const& d : i.heredocs) documents[d.name] = &d;
    for (std::size_t n = 0; n + 1 < i.arguments.size(); ++n) {
        auto const marker = i.heredocs.empty() ? std::nullopt : heredoc_marker(i.arguments[n]);
        if (!marker) {
            c.sources.push_back(i.arguments[n]);
            continue;
        }
        plan::heredoc file{marker->name, {}, marker->expand, marker->chomp, marker->fd};
        if (auto const d = documents.find(marker->name); d != documents.end())
            file.body = marker->chomp ? without_tabs(d->second->content) : d->second->content;
        c.files.push_back(std::move(file));
    }
    c.destination = i.arguments.back();
    c.chown = flags.text("chown");
    c.chmod = flags.text("chmod");
    c.checksum = flags.text("checksum");
    c.exclude = flags.list("exclude");
    c.link = flags.truth("link").value_or(false);
    c.parents = flags.truth("parents").value_or(false);
    c.keep_git_dir = flags.truth("keep-git-dir");
    c.unpack = flags.truth("unpack");
    return c;
}

CONSTAGE_INLINE plan::healthcheck health_of(instruction const& i) {
    plan::healthcheck h;
    h.none = to_upper(i.arguments[0]) == "NONE";
    if (h.none) return h;
    flag_values const flags(i.flags, flags_of(i.keyword));
    h.test = command_of(i, 1);
    h.interval = flags.text("interval");
    h.timeout = flags.text("timeout");
    h.start_period = flags.text("start-period");
    h.start_interval = flags.text("start-interval");
    h.retries = flags.text("retries");
    return h;
}

CONSTAGE_INLINE plan::pairs pairs_of(instruction const& i) {
    plan::pairs list;
    for (std::size_t n = 0; n + 2 < i.arguments.size(); n += 3) list.emplace_back(i.arguments[n], i.arguments[n + 1]);
    return list;
}

CONSTAGE_INLINE plan::args args_of(instruction const& i) {
    plan::args a;
    for (auto const& word : i.arguments) {
        auto const equals = word.find('=');
        a.list.push_back({word.substr(0, equals), equals == word.npos ? std::nullopt : std::optional(word.substr(equals + 1))});
    }
    return a;
}

/// The text after ONBUILD, with its heredocs, as an image's config stores it.
CONSTAGE_INLINE plan::onbuild onbuild_of(instruction const& i) {
    auto text = trim_left(trim_left(i.text).substr(i.name.size()));
    plan::onbuild o{std::string(text)};
    for (auto const& d : i.heredocs) o.text += "\n" + d.content + d.name;
    return o;
}

}  // namespace meaning_detail

CONSTAGE_INLINE void check(instruction const& which) {
    using namespace meaning_detail;
    std::string_view const k = which.keyword;
    if (std::find(std::begin(keywords), std::end(keywords), k) == std::end(keywords))
        throw failure("unknown instruction: " + which.name + plan::did_you_mean(which.name, {std::begin(keywords), std::end(keywords)}));
    if (k == "FROM")
        read_from(which);
    else if (k == "RUN")
        check_run(which);
    else if (k == "ADD" || k == "COPY")
        check_copy(which);
    else if (k == "HEALTHCHECK")
        check_health(which);
    else if (k == "ONBUILD")
        check_onbuild(which);
    else if (k == "CMD" || k == "ENTRYPOINT")
        flag_values(which.flags, flags_of(k));
    else
        check_words(which);
}

CONSTAGE_INLINE from_line read_from(instruction const& which) {
    auto const& words = which.arguments;
    from_line result;
    if (words.size() == 3 && equal_ignoring_case(words[1], "as")) {
        meaning_detail::check_stage_name(words[2]);
        result.name = to_lower(words[2]);
    } else if (words.size() != 1) {
        throw failure("FROM requires either one or three arguments").with_hint("FROM image, or FROM image AS name");
    }
    result.base = words[0];
    result.platform = flag_values(which.flags, flags_of("FROM")).text("platform");
    return result;
}

CONSTAGE_INLINE plan::instruction to_plan(instruction const& i, finder const& find) {
    using namespace meaning_detail;
    check(i);
    std::string_view const k = i.keyword;
    if (k == "RUN") return run_of(i, find);
    if (k == "ADD" || k == "COPY") return copy_of(i, find);
    if (k == "ARG") return args_of(i);
    if (k == "ENV") return plan::env{pairs_of(i)};
    if (k == "LABEL") return plan::label{pairs_of(i)};
    if (k == "EXPOSE") return plan::expose{i.arguments};
    if (k == "VOLUME") {
        plan::volume v;
        for (auto const& path : i.arguments) v.paths.emplace_back(trim(path));
        return v;
    }
    if (k == "USER") return plan::user{i.arguments[0]};
    if (k == "WORKDIR") return plan::workdir{i.arguments[0]};
    if (k == "ENTRYPOINT") return plan::entrypoint{command_of(i)};
    if (k == "CMD") return plan::cmd{command_of(i)};
    if (k == "SHELL") return plan::shell{i.arguments};
    if (k == "STOPSIGNAL") return plan::stopsignal{i.arguments[0]};
    if (k == "HEALTHCHECK") return health_of(i);
    if (k == "ONBUILD") return onbuild_of(i);
    if (k == "MAINTAINER") return plan::maintainer{i.arguments[0]};
    throw failure("no build stage in current context: " + i.name);
}

}  // namespace constage::dockerfile

#endif
