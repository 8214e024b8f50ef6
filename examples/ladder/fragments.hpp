// SPDX-License-Identifier: BSL-1.0
#ifndef LADDER_FRAGMENTS_HPP
#define LADDER_FRAGMENTS_HPP

#include <constage/dsl.hpp>

/// What the images of a team have in common: functions and templates that return instructions.
namespace team {

template <constage::fixed_string First, constage::fixed_string... More>
inline constexpr auto words = First;
template <constage::fixed_string First, constage::fixed_string Second, constage::fixed_string... More>
inline constexpr auto words<First, Second, More...> = First + " " + words<Second, More...>;

/// Debian packages. Lists and archives stay in caches: no clean-up, and nothing of them in the image.
template <constage::fixed_string... Package>
constexpr auto apt() {
    using namespace constage;
    return run(lit<"apt-get update && apt-get install -y --no-install-recommends " + words<Package...>>)
        .cache("/var/lib/apt", {.sharing = "locked"})
        .cache("/var/cache/apt", {.sharing = "locked"});
}

/// Who made it, and not as root.
constexpr auto service_defaults() {
    using namespace constage;
    return steps(label("org.opencontainers.image.vendor", "the team"), user("65534:65534"), stopsignal("SIGTERM"));
}

/// What every image of the team must obey.
template <auto const& Image>
consteval bool house_rules() {
    using namespace constage;
    return require<Image, policy::runs_as_non_root, policy::no_secret_in_env, policy::labels<"org.opencontainers.image.vendor">>();
}

}  // namespace team

#endif
