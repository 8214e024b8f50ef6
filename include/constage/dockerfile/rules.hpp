// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_RULES_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_RULES_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string_view>

namespace constage::dockerfile {

/// A build check: its name, what it is about, the last part of its documentation's address.
struct rule {
    std::string_view name, description, page;
    bool experimental = false;
};

/// The rule of that name; the name must be one of BuildKit's.
rule const& find_rule(std::string_view name);

/// Whether a name of an ARG or ENV sounds like a secret (SecretsUsedInArgOrEnv).
bool sounds_secret(std::string_view name);

/// Whether a text can be an image reference at all.
bool is_image_reference(std::string_view text);

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/rules.ipp>
#endif
#endif
