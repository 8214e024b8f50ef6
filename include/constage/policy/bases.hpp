// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_POLICY_BASES_HPP_INCLUDED
#define CONSTAGE_POLICY_BASES_HPP_INCLUDED

#include <constage/policy/require.hpp>

/// Policies about the images that a graph takes.
namespace constage::policy {

/// Calls `f(stage, step, name)` for each image that FROM, COPY or a mount names, until it returns true.
template <class F>
constexpr void for_each_image(graph_view g, F f) {
    for_each_step(g, [&](unsigned stage, dsl::step const& s, dsl::word const* w) {
        for (unsigned i = 0; i != s.count; ++i)
            if ((w[i].what == dsl::role::image || w[i].what == dsl::role::mount_from_image || w[i].what == dsl::role::select_text) &&
                f(stage, s, w[i].view()))
                return true;
        return false;
    });
}

/// Every image is named with its digest: the same build tomorrow takes the same bases.
struct pinned_bases_check {
    static constexpr offence check(graph_view g) {
        offence found;
        for_each_step(g, [&](unsigned stage, dsl::step const& s, dsl::word const* w) {
            for (unsigned i = 0; i != s.count; ++i)
                if ((w[i].what == dsl::role::image || w[i].what == dsl::role::mount_from_image) && !w[i].view().contains("@sha256:")) {
                    found = {stage, w[i].view(), s.line};
                    return true;
                }
            return false;
        });
        return found;
    }
};
inline constexpr rule<pinned_bases_check> pinned_bases{};

/// The registry of an image's name: "docker.io" if none is written.
constexpr text_view registry_of(text_view image) {
    auto const slash = image.find('/');
    auto const head = slash == detail::npos ? text_view("") : image.part(0, slash);
    return head.contains('.') || head.contains(':') || head == "localhost" ? head : text_view("docker.io");
}

/// Every image comes from one of these registries; a name with a variable where the registry stands is refused.
template <fixed_string... Registry>
struct allowed_registries_check {
    static constexpr bool allows(text_view image) {
        auto const r = registry_of(image);
        if (image.part(0, r.size).contains('$') || (image.size != 0 && image[0] == '$')) return false;
        return ((r == Registry.view()) || ...);
    }
    static constexpr offence check(graph_view g) {
        offence found;
        for_each_image(g, [&](unsigned stage, dsl::step const& s, text_view image) {
            if (allows(image)) return false;
            found = {stage, image, s.line};
            return true;
        });
        return found;
    }
};
template <fixed_string... Registry>
inline constexpr rule<allowed_registries_check<Registry...>> allowed_registries{};

}  // namespace constage::policy

#endif
