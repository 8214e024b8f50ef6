// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_AUTH_HPP_INCLUDED
#define CONSTAGE_OCI_AUTH_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace constage::oci {

/// How to log in to a registry: what `docker login` has stored.
struct credentials {
    std::string user, password;
    std::string identity_token;  ///< instead of both: an OAuth2 refresh token
};

/// From Docker's config.json (`path`; empty: $DOCKER_CONFIG or ~/.docker): credHelpers, credsStore (`docker-credential-X get`), auths, in
/// this order, as Docker does. None: not logged in. Throws constage::failure: the file or the helper is broken.
std::optional<credentials> find_credentials(std::string const& registry, std::string const& path);

/// `Basic …`
std::string basic_authorization(credentials const& who);

/// One challenge of a WWW-Authenticate header.
struct challenge {
    std::string scheme;                         ///< lower case: "bearer", "basic"
    std::map<std::string, std::string> values;  ///< realm, service, scope, error
};
std::vector<challenge> parse_challenges(std::string_view header);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/auth.ipp>
#endif
#endif
