// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_RULES_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_RULES_IPP_INCLUDED

#include <constage/dockerfile/rules.hpp>
#include <constage/dockerfile/text.hpp>

#include <algorithm>
#include <iterator>

namespace constage::dockerfile {

namespace rules_detail {

inline constexpr rule all[] = {
    {"StageNameCasing", "Stage names should be lowercase", "stage-name-casing"},
    {"FromAsCasing", "The 'as' keyword should match the case of the 'from' keyword", "from-as-casing"},
    {"NoEmptyContinuation", "Empty continuation lines will become errors in a future release", "no-empty-continuation"},
    {"ConsistentInstructionCasing", "All commands within the Dockerfile should use the same casing (either upper or lower)",
     "consistent-instruction-casing"},
    {"DuplicateStageName", "Stage names should be unique", "duplicate-stage-name"},
    {"ReservedStageName", "Reserved words should not be used as stage names", "reserved-stage-name"},
    {"JSONArgsRecommended", "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals",
     "json-args-recommended"},
    {"MaintainerDeprecated", "The MAINTAINER instruction is deprecated, use a label instead to define an image author",
     "maintainer-deprecated"},
    {"UndefinedArgInFrom", "FROM command must use declared ARGs", "undefined-arg-in-from"},
    {"WorkdirRelativePath",
     "Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes",
     "workdir-relative-path"},
    {"UndefinedVar", "Variables should be defined before their use", "undefined-var"},
    {"MultipleInstructionsDisallowed", "Multiple instructions of the same type should not be used in the same stage",
     "multiple-instructions-disallowed"},
    {"LegacyKeyValueFormat", "Legacy key/value format with whitespace separator should not be used", "legacy-key-value-format"},
    {"RedundantTargetPlatform", "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior",
     "redundant-target-platform"},
    {"SecretsUsedInArgOrEnv", "Sensitive data should not be used in the ARG or ENV commands", "secrets-used-in-arg-or-env"},
    {"InvalidDefaultArgInFrom", "Default value for global ARG results in an empty or invalid base image name",
     "invalid-default-arg-in-from"},
    {"FromPlatformFlagConstDisallowed", "FROM --platform flag should not use a constant value", "from-platform-flag-const-disallowed"},
    {"InvalidDefinitionDescription",
     "Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a "
     "description comment, add an empty line or comment between the instruction and the comment.",
     "invalid-definition-description", true},
    {"ExposeProtoCasing", "Protocol in EXPOSE instruction should be lowercase", "expose-proto-casing"},
    {"ExposeInvalidFormat",
     "IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release",
     "expose-invalid-format"},
};

CONSTAGE_INLINE bool is_digit(char c) { return c >= '0' && c <= '9'; }
CONSTAGE_INLINE bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
CONSTAGE_INLINE bool is_alnum(char c) { return is_digit(c) || is_lower(static_cast<char>(c | 0x20)); }

/// [a-z0-9]+, joined by '.', '_', '__' or dashes.
CONSTAGE_INLINE bool is_component(std::string_view text) {
    auto const plain = [](char c) { return is_digit(c) || is_lower(c); };
    if (text.empty() || !plain(text.front()) || !plain(text.back())) return false;
    for (std::size_t i = 0; i != text.size();) {
        if (plain(text[i])) {
            ++i;
            continue;
        }
        auto end = i;
        while (end != text.size() && text[end] == text[i]) ++end;
        auto const run = end - i;
        if (!plain(text[end]) || !(text[i] == '-' || (text[i] == '.' && run == 1) || (text[i] == '_' && run <= 2))) return false;
        i = end;
    }
    return true;
}

CONSTAGE_INLINE bool is_domain(std::string_view text) {
    if (auto const colon = text.rfind(':'); colon != text.npos && text.back() != ']') {
        auto const port = text.substr(colon + 1);
        if (port.empty() || !std::all_of(port.begin(), port.end(), is_digit)) return false;
        text = text.substr(0, colon);
    }
    if (text.starts_with('[') && text.ends_with(']')) return text.find_first_not_of("0123456789abcdefABCDEF:", 1) == text.size() - 1;
    for (std::size_t begin = 0; begin <= text.size();) {
        auto const end = std::min(text.find('.', begin), text.size());
        auto const part = text.substr(begin, end - begin);
        if (part.empty() || !is_alnum(part.front()) || !is_alnum(part.back())) return false;
        if (!std::all_of(part.begin(), part.end(), [](char c) { return is_alnum(c) || c == '-'; })) return false;
        begin = end + 1;
    }
    return true;
}

CONSTAGE_INLINE bool is_digest(std::string_view text) {
    auto const colon = text.find(':');
    if (colon == text.npos || colon == 0) return false;
    auto const name = text.substr(0, colon), hex = text.substr(colon + 1);
    if (!std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '+' || c == '.'; }))
        return false;
    if (hex.size() < 32 || hex.find_first_not_of("0123456789abcdef") != hex.npos) return false;
    return name == "sha256" ? hex.size() == 64 : name == "sha512" ? hex.size() == 128 : true;
}

}  // namespace rules_detail

CONSTAGE_INLINE rule const& find_rule(std::string_view name) {
    return *std::find_if(std::begin(rules_detail::all), std::end(rules_detail::all) - 1, [&](rule const& r) { return r.name == name; });
}

CONSTAGE_INLINE bool sounds_secret(std::string_view name) {
    static constexpr std::string_view secret[] = {"apikey",   "auth",  "credential", "credentials", "key",
                                                  "password", "pword", "passwd",     "secret",      "token"};
    static constexpr std::string_view harmless[] = {"public", "file", "version"};
    auto const lower = to_lower(name);
    bool found = false;
    for (std::size_t begin = 0; begin <= lower.size();) {
        auto const end = std::min(lower.find('_', begin), lower.size());
        auto const word = std::string_view(lower).substr(begin, end - begin);
        if (std::find(std::begin(harmless), std::end(harmless), word) != std::end(harmless)) return false;
        found = found || std::find(std::begin(secret), std::end(secret), word) != std::end(secret);
        begin = end + 1;
    }
    return found;
}

CONSTAGE_INLINE bool is_image_reference(std::string_view text) {
    using namespace rules_detail;
    if (auto const at = text.find('@'); at != text.npos) {
        if (!is_digest(text.substr(at + 1))) return false;
        text = text.substr(0, at);
    }
    if (auto const colon = text.rfind(':'); colon != text.npos && text.find('/', colon) == text.npos) {
        auto const tag = text.substr(colon + 1);
        auto const good = [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; };
        if (tag.empty() || tag.size() > 128 || tag[0] == '.' || tag[0] == '-' || !std::all_of(tag.begin(), tag.end(), good)) return false;
        text = text.substr(0, colon);
    }
    auto path = text;
    if (auto const slash = text.find('/'); slash != text.npos) {
        auto const first = text.substr(0, slash);
        bool const domain = first.find_first_of(".:") != first.npos || first == "localhost" || to_lower(first) != first;
        if (domain && !is_domain(first)) return false;
        if (domain) path = text.substr(slash + 1);
    }
    if (path.size() == 64 && path.find_first_not_of("0123456789abcdef") == path.npos) return false;  // looks like an identifier
    if (text.size() > 255) return false;
    for (std::size_t begin = 0; begin <= path.size();) {
        auto const end = std::min(path.find('/', begin), path.size());
        if (!is_component(path.substr(begin, end - begin))) return false;
        begin = end + 1;
    }
    return true;
}

}  // namespace constage::dockerfile

#endif
