// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_REFERENCE_IPP_INCLUDED
#define CONSTAGE_OCI_REFERENCE_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/reference.hpp>

#include <algorithm>

namespace constage::oci {

namespace reference_detail {

CONSTAGE_INLINE bool lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
CONSTAGE_INLINE bool digit(char c) { return c >= '0' && c <= '9'; }
CONSTAGE_INLINE bool letter_or_digit(char c) { return lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

CONSTAGE_INLINE failure wrong(std::string_view text, std::string const& why) {
    return failure("\"" + std::string(text) + "\" is no image reference: " + why).as_usage();
}

/// Letters and digits in groups, which one `.`, one or two `_`, or any number of `-` separate.
CONSTAGE_INLINE bool is_path_component(std::string_view part) {
    if (part.empty() || !lower_or_digit(part.front()) || !lower_or_digit(part.back())) return false;
    for (std::size_t i = 0; i < part.size();) {
        if (lower_or_digit(part[i])) {
            ++i;
            continue;
        }
        auto const begin = i;
        while (i < part.size() && part[i] == part[begin]) ++i;
        auto const n = i - begin;
        if (!lower_or_digit(part[i])) return false;
        if (part[begin] != '-' && !(part[begin] == '.' && n == 1) && !(part[begin] == '_' && n <= 2)) return false;
    }
    return true;
}

CONSTAGE_INLINE bool is_host(std::string_view text) {
    auto host = text;
    if (auto const colon = text.rfind(':'); colon != text.npos && text.back() != ']') {
        auto const port = text.substr(colon + 1);
        if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), digit)) return false;
        host = text.substr(0, colon);
    }
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        return std::all_of(host.begin() + 1, host.end() - 1,
                           [](char c) { return c == ':' || digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
    char before = '.';
    for (char const c : host) {
        bool const edge = c == '.' || c == '-';
        if (!letter_or_digit(c) && !edge) return false;
        if (edge && !letter_or_digit(before) && !(c == '-' && before == '-')) return false;
        if (before == '-' && c == '.') return false;
        before = c;
    }
    return letter_or_digit(before);
}

CONSTAGE_INLINE bool is_tag(std::string_view tag) {
    if (tag.empty() || tag.size() > 128 || !(letter_or_digit(tag[0]) || tag[0] == '_')) return false;
    return std::all_of(tag.begin(), tag.end(), [](char c) { return letter_or_digit(c) || c == '_' || c == '.' || c == '-'; });
}

/// The registry is what comes before the first slash, if it looks like a host.
CONSTAGE_INLINE std::size_t host_length(std::string_view name) {
    auto const slash = name.find('/');
    if (slash == name.npos) return 0;
    auto const first = name.substr(0, slash);
    bool const upper = std::any_of(first.begin(), first.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    return first.find_first_of(".:") != first.npos || first == "localhost" || upper ? slash : 0;
}

CONSTAGE_INLINE void check_repository(std::string_view text, std::string const& repository) {
    if (repository.empty()) throw wrong(text, "the name is missing");
    std::size_t begin = 0;
    while (begin <= repository.size()) {
        auto const end = std::min(repository.find('/', begin), repository.size());
        auto const part = std::string_view(repository).substr(begin, end - begin);
        if (std::any_of(part.begin(), part.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
            throw wrong(text, "the repository's name must be lower case");
        if (!is_path_component(part))
            throw wrong(text, part.empty() ? "a part of the name is empty" : "\"" + std::string(part) + "\" is no name");
        begin = end + 1;
    }
}

}  // namespace reference_detail

CONSTAGE_INLINE std::string reference::text() const {
    return registry + "/" + repository + (tag.empty() ? "" : ":" + tag) + (digest.empty() ? "" : "@" + digest);
}

CONSTAGE_INLINE std::string reference::familiar() const {
    auto full = text();
    // Without it, "x.y/z" of Docker Hub would be z of the registry x.y.
    if (reference_detail::host_length(repository) != 0) return full;
    if (full.starts_with("docker.io/")) full.erase(0, 10);
    if (registry == "docker.io" && repository.starts_with("library/") && repository.find('/', 8) == repository.npos) full.erase(0, 8);
    return full;
}

CONSTAGE_INLINE reference parse_reference(std::string_view text) {
    using namespace reference_detail;
    reference r;
    auto name = text;
    if (text.empty()) throw wrong(text, "it is empty");
    if (auto const at = name.find('@'); at != name.npos) {
        r.digest = name.substr(at + 1);
        if (!files::is_digest(r.digest)) throw wrong(text, "a digest is sha256: and 64 hexadecimal digits in lower case");
        name = name.substr(0, at);
    }
    auto const host = host_length(name);
    if (auto const colon = name.rfind(':'); colon != name.npos && colon > host && name.find('/', colon) == name.npos) {
        r.tag = name.substr(colon + 1);
        if (!is_tag(r.tag)) throw wrong(text, "\"" + r.tag + "\" is no tag");
        name = name.substr(0, colon);
    }
    r.registry = host ? std::string(name.substr(0, host)) : "docker.io";
    r.repository = host ? name.substr(host + 1) : name;
    if (host && !is_host(r.registry)) throw wrong(text, "\"" + r.registry + "\" is no registry");
    if (r.registry == "index.docker.io") r.registry = "docker.io";
    if (!host && files::is_digest("sha256:" + r.repository)) throw wrong(text, "64 hexadecimal digits are the id of an image, not a name");
    if (r.registry == "docker.io" && r.repository.find('/') == r.repository.npos && !r.repository.empty())
        r.repository.insert(0, "library/");
    check_repository(text, r.repository);
    if (r.registry.size() + r.repository.size() > 254) throw wrong(text, "the name is longer than 255 bytes");
    if (r.tag.empty() && r.digest.empty()) r.tag = "latest";
    return r;
}

}  // namespace constage::oci

#endif
