// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_PLATFORM_IPP_INCLUDED
#define CONSTAGE_OCI_PLATFORM_IPP_INCLUDED

#include <sys/utsname.h>

#include <constage/failure.hpp>
#include <constage/oci/platform.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace constage::oci {

namespace platform_detail {

inline constexpr std::array operating_systems = {"linux",   "windows",   "darwin",  "freebsd", "netbsd",
                                                 "openbsd", "dragonfly", "solaris", "wasi"};
inline constexpr std::array architectures = {"amd64",   "386",    "arm",      "arm64",   "ppc64le", "ppc64",  "s390x",
                                             "riscv64", "mips64", "mips64le", "loong64", "mips",    "mipsle", "wasm"};

CONSTAGE_INLINE std::string lower(std::string_view text) {
    std::string result(text);
    for (auto& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

CONSTAGE_INLINE bool plain(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    });
}

CONSTAGE_INLINE failure wrong(std::string_view text, std::string const& why) {
    return failure("\"" + std::string(text) + "\" is no platform: " + why)
        .with_hint("write os/architecture[/variant], for example linux/amd64 or linux/arm/v7")
        .as_usage();
}

/// All that a machine of this platform can run, best first.
CONSTAGE_INLINE std::vector<std::pair<std::string, std::string>> runnable(std::string const& architecture, std::string const& variant) {
    std::vector<std::pair<std::string, std::string>> result;
    auto const down_from = [&](std::string const& name, int top, int bottom, int bare) {
        for (int v = top; v >= bottom; --v) result.emplace_back(name, v == bare ? "" : "v" + std::to_string(v));
    };
    auto const number = [&](int otherwise) {
        return variant.size() == 2 && variant[0] == 'v' && variant[1] >= '1' && variant[1] <= '9' ? variant[1] - '0' : otherwise;
    };
    if (architecture == "amd64") {
        down_from("amd64", number(1), 1, 1);
        result.emplace_back("386", "");
    } else if (architecture == "arm64") {
        down_from("arm64", number(8), 8, 8);
        down_from("arm", 8, 5, 0);
    } else if (architecture == "arm") {
        down_from("arm", number(7), 5, 0);
    } else {
        result.emplace_back(architecture, variant);
    }
    return result;
}

}  // namespace platform_detail

CONSTAGE_INLINE std::string platform::text() const {
    return os + (os_version.empty() ? "" : "(" + os_version + ")") + "/" + architecture + (variant.empty() ? "" : "/" + variant);
}

CONSTAGE_INLINE platform normalise(platform p) {
    p.os = platform_detail::lower(p.os);
    if (p.os == "macos") p.os = "darwin";
    p.variant = platform_detail::lower(p.variant);
    auto a = platform_detail::lower(p.architecture);
    if (a == "i386" || a == "i686") a = "386";
    if (a == "x86_64" || a == "x86-64") a = "amd64";
    if (a == "aarch64") a = "arm64";
    if (a == "armhf" || a == "armel") {
        p.variant = a == "armhf" ? "v7" : "v6";
        a = "arm";
    }
    if (a == "armv7l" || a == "armv6l") {
        p.variant = a == "armv7l" ? "v7" : "v6";
        a = "arm";
    }
    if (a == "386") p.variant.clear();
    if (a == "amd64" && p.variant == "v1") p.variant.clear();
    if (a == "arm64" && (p.variant == "8" || p.variant == "v8" || p.variant == "v8.0")) p.variant.clear();
    if (a == "arm") {
        if (p.variant.empty()) p.variant = "v7";
        if (p.variant[0] != 'v') p.variant.insert(0, "v");
    }
    p.architecture = a;
    return p;
}

CONSTAGE_INLINE platform local_platform() {
    platform p;
    struct utsname machine {};
    if (::uname(&machine) == 0) p.architecture = machine.machine;
    return normalise(p);
}

CONSTAGE_INLINE platform parse_platform(std::string_view text) {
    using namespace platform_detail;
    if (text == "local") return local_platform();
    std::vector<std::string> parts(1);
    for (char const c : text)
        if (c == '/')
            parts.emplace_back();
        else
            parts.back() += c;
    if (parts.size() > 3) throw wrong(text, "it has more than three parts");
    platform p;
    auto& os = parts.front();
    if (auto const open = os.find('('); open != std::string::npos && os.back() == ')') {
        p.os_version = os.substr(open + 1, os.size() - open - 2);
        os.resize(open);
    }
    for (auto const& part : parts)
        if (!plain(part)) throw wrong(text, part.empty() ? "a part is empty" : "\"" + part + "\" is no name");
    if (parts.size() == 1) {
        auto const known = [&](auto const& names, std::string const& name) {
            return std::find(names.begin(), names.end(), name) != names.end();
        };
        platform one;
        one.os = one.architecture = os;
        one = normalise(one);
        if (known(operating_systems, one.os)) {
            p.os = one.os;
            p.architecture = local_platform().architecture;
            p.variant = local_platform().variant;
        } else if (known(architectures, one.architecture)) {
            p.architecture = one.architecture;
            p.variant = one.variant;
        } else {
            throw wrong(text, "neither an operating system nor an architecture that is known");
        }
        return p;
    }
    p.os = os;
    p.architecture = parts[1];
    if (parts.size() == 3) p.variant = parts[2];
    return normalise(p);
}

CONSTAGE_INLINE int platform_distance(platform const& wanted, platform const& offered) {
    auto const w = normalise(wanted);
    auto const o = normalise(offered);
    if (w.os != o.os) return -1;
    if (!w.os_version.empty() && !o.os_version.empty() && w.os_version != o.os_version) return -1;
    auto const list = platform_detail::runnable(w.architecture, w.variant);
    auto const at = std::find(list.begin(), list.end(), std::pair(o.architecture, o.variant));
    return at == list.end() ? -1 : static_cast<int>(at - list.begin());
}

}  // namespace constage::oci

#endif
