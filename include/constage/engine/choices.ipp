// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_CHOICES_IPP_INCLUDED
#define CONSTAGE_ENGINE_CHOICES_IPP_INCLUDED

#include <constage/engine/build.hpp>
#include <constage/engine/choices.hpp>

namespace constage::engine {

CONSTAGE_INLINE std::vector<oci::platform> platforms_of(options const& how) {
    std::vector<oci::platform> list;
    for (auto const& p : how.platforms) list.push_back(oci::parse_platform(p));
    if (list.empty()) list.push_back(oci::local_platform());
    return list;
}

CONSTAGE_INLINE plan::choice choice_of(options const& how, oci::platform const& platform) {
    plan::choice c;
    if (!how.targets.empty()) c.target = how.targets.front();
    c.build_args = how.build_args;
    c.build_platform = oci::local_platform().text();
    c.target_platform = platform.text();
    for (auto const& [name, value] : how.build_contexts) c.named_contexts.push_back(name);
    return c;
}
CONSTAGE_INLINE plan::choice choice_of(options const& how) { return choice_of(how, platforms_of(how).front()); }

CONSTAGE_INLINE oci::registry_options registry_options_of(options const& how) {
    oci::registry_options r;
    r.plain_http = how.plain_http;
    return r;
}

}  // namespace constage::engine

#endif
