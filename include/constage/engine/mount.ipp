// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_MOUNT_IPP_INCLUDED
#define CONSTAGE_ENGINE_MOUNT_IPP_INCLUDED

#include <constage/engine/mount.hpp>
#include <constage/failure.hpp>

#include <charconv>
#include <cstdlib>
#include <vector>

namespace constage::engine {

namespace mount_detail {

CONSTAGE_INLINE std::uint64_t number(std::string const& key, std::string const& text, int base) {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) throw failure("invalid value for " + key + " of --mount: " + text);
    return value;
}

/// "64m", "1g", "4096".
CONSTAGE_INLINE std::uint64_t bytes(std::string text) {
    static constexpr std::string_view units = "kmgt";
    auto const whole = text;
    if (!text.empty() && (text.back() == 'b' || text.back() == 'B')) text.pop_back();
    std::uint64_t factor = 1;
    if (!text.empty())
        if (auto const unit = units.find(static_cast<char>(text.back() | 0x20)); unit != units.npos) {
            factor = 1ull << (10 * (unit + 1));
            text.pop_back();
        }
    auto const value = number("size", text, 10);
    if (value > (1ull << 60) / factor) throw failure("size of --mount is too large: " + whole);
    return value * factor;
}

CONSTAGE_INLINE lowered_mount::kind kind_of(std::string const& type) {
    if (type.empty() || type == "bind") return lowered_mount::kind::bind;
    if (type == "cache") return lowered_mount::kind::cache;
    if (type == "tmpfs") return lowered_mount::kind::tmpfs;
    if (type == "secret") return lowered_mount::kind::secret;
    if (type == "ssh") return lowered_mount::kind::ssh;
    throw failure("unsupported mount type \"" + type + "\"").with_hint("the types are bind, cache, tmpfs, secret and ssh");
}

CONSTAGE_INLINE std::string base_name(std::string const& path) { return path.substr(path.rfind('/') + 1); }

/// What follows from the type: defaults, and what must be there (R009, R012, R013).
CONSTAGE_INLINE void complete(lowered_mount& m, std::string const& target, std::string const& workdir) {
    using kind = lowered_mount::kind;
    if (m.what == kind::secret) {
        if (m.id.empty()) m.id = base_name(!m.source.empty() ? m.source : target);
        if (m.id.empty()) throw failure("invalid secret mount: one of id, source or target is required");
        if (target.empty() && m.env.empty()) m.target = "/run/secrets/" + base_name(m.id);
    }
    if (m.what == kind::ssh && m.id.empty()) m.id = "default";
    if (m.what == kind::cache && m.id.empty()) m.id = join_path("", target);
    if (!target.empty()) m.target = join_path(workdir, target);
    if ((m.what == kind::bind || m.what == kind::cache || m.what == kind::tmpfs) && target.empty()) m.target = join_path(workdir, "");
    if (m.target == "/") throw failure("invalid mount target \"/\"").with_hint("add target=/path");
    m.has_source = !m.source.empty();
    if (!m.has_source) m.source = "/";
}

}  // namespace mount_detail

CONSTAGE_INLINE lowered_mount lower_mount(plan::mount const& what, std::string const& workdir,
                                          std::function<std::string(std::string const&)> const& expand) {
    using namespace mount_detail;
    auto const option = [&](char const* key) {
        auto const at = what.options.find(key);
        return at == what.options.end() ? std::string() : expand(at->second);
    };
    auto const flag = [&](char const* key, bool otherwise) {
        auto const text = option(key);
        return text.empty() ? otherwise : text == "true" || text == "1";
    };
    lowered_mount m;
    m.what = kind_of(option("type"));
    m.from_context = what.from.what == plan::reference::kind::context;
    m.source = option("source");
    m.id = option("id");
    m.env = option("env");
    m.required = flag("required", false);
    m.readonly = flag("readonly", m.what == lowered_mount::kind::bind);
    if (auto const text = option("sharing"); text == "private")
        m.sharing = lowered_mount::sharing::private_;
    else if (text == "locked")
        m.sharing = lowered_mount::sharing::locked;
    else if (!text.empty() && text != "shared")
        throw failure("unsupported sharing value \"" + text + "\"").with_hint("use shared, private or locked");
    if (auto const text = option("mode"); what.options.count("mode")) m.mode = static_cast<std::uint32_t>(number("mode", text, 8) & 07777);
    if (auto const text = option("uid"); what.options.count("uid")) m.uid = static_cast<std::uint32_t>(number("uid", text, 10));
    if (auto const text = option("gid"); what.options.count("gid")) m.gid = static_cast<std::uint32_t>(number("gid", text, 10));
    if (auto const text = option("size"); what.options.count("size")) m.size = bytes(text);
    complete(m, option("target"), workdir);
    return m;
}

CONSTAGE_INLINE std::string join_path(std::string const& base, std::string const& path) {
    auto const whole = path.starts_with('/') ? path : base + "/" + path;
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= whole.size();) {
        auto const end = std::min(whole.find('/', begin), whole.size());
        auto part = whole.substr(begin, end - begin);
        begin = end + 1;
        if (part.empty() || part == ".") continue;
        if (part != "..")
            parts.push_back(std::move(part));
        else if (!parts.empty())
            parts.pop_back();
    }
    std::string text;
    for (auto const& part : parts) text += "/" + part;
    return text.empty() ? "/" : text;
}

CONSTAGE_INLINE std::int64_t parse_duration(std::string const& text) {
    struct unit {
        std::string_view name;
        double nanoseconds;
    };
    static constexpr unit units[] = {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
    auto const bad = [&] {
        return failure("invalid duration \"" + text + "\"").with_hint("write a number and a unit, such as 30s, 1m30s or 500ms");
    };
    if (text == "0") return 0;
    double sum = 0;
    char const* at = text.c_str();
    if (!*at) throw bad();
    while (*at) {
        char* end = nullptr;
        if ((*at < '0' || *at > '9') && *at != '.') throw bad();
        double const value = std::strtod(at, &end);
        std::string_view rest(end);
        auto const name = rest.substr(0, std::min(rest.find_first_of("0123456789."), rest.size()));
        double scale = 0;
        for (auto const& u : units)
            if (u.name == name) scale = u.nanoseconds;
        if (scale == 0) throw bad();
        sum += value * scale;
        at = end + name.size();
    }
    if (sum > 9.2e18) throw bad();
    return static_cast<std::int64_t>(sum);
}

}  // namespace constage::engine

#endif
