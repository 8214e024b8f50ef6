// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_REGISTRY_SESSION_HPP_INCLUDED
#define CONSTAGE_OCI_REGISTRY_SESSION_HPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/oci/auth.hpp>
#include <constage/oci/http.hpp>
#include <constage/oci/registry.hpp>

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace constage::oci {

/// Talks to one repository of one registry: finds the way to log in, keeps the token, tries again. Thread-safe.
class registry_session {
public:
    /// `others`: repositories of the same registry that are read besides.
    registry_session(reference const& ref, registry_options const& options, bool push, std::vector<std::string> const& others = {});

    /// "https://host/v2/repository/" and the path.
    std::string url(std::string const& path) const { return base_ + path; }
    reference const& name() const { return ref_; }

    /// Sends; logs in if the registry asks for it. Without a sink it tries again, a few times, what may pass. Does not judge the status.
    http_response send(http_request request);

    /// What an answer that is not ok() means, and what to do about it. `what`: "the manifest", "the blob sha256:…".
    failure explain(http_response const& answer, std::string const& what) const;

private:
    http_response send_once(http_request& request);
    std::string log_in(http_response const& refused, std::stop_token stop);
    std::string fetch_token(challenge const& how, std::optional<credentials> const& who, std::stop_token stop);
    http_response ask_for_token(challenge const& how, std::vector<std::string> const& scopes, std::optional<credentials> const& who,
                                std::stop_token stop);

    reference ref_;
    registry_options options_;
    bool push_;
    std::string base_;
    std::vector<std::string> scopes_;  ///< what a token must allow; the first is of the session's own repository
    http_client http_;
    std::mutex guard_;
    std::string authorization_;  // what the registry accepted last
};

/// Waits between attempts: 0.2 s, 0.4 s, …, or as long as the registry says, at most 30 s. Throws constage::failure("cancelled").
void wait_to_retry(int attempt, http_response const& last, std::stop_token stop);
/// Whether the same request may succeed a little later.
bool may_pass(http_response const& answer);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/registry_session.ipp>
#endif
#endif
