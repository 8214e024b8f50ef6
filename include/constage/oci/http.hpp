// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_HTTP_HPP_INCLUDED
#define CONSTAGE_OCI_HTTP_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

/// HTTP as a registry needs it: one request at a time a thread, connections kept, redirects without credentials for other hosts.
namespace constage::oci {

struct http_response {
    int status = 0;                                   ///< 0: no answer came
    std::multimap<std::string, std::string> headers;  ///< names in lower case
    std::string body;                                 ///< empty where a sink took it
    std::string url;                                  ///< that answered, after redirects
    std::string broken, hint;                         ///< why the answer is missing or incomplete; what to do
    bool transient = false;                           ///< trying again may help

    bool ok() const { return broken.empty() && status >= 200 && status < 300; }
    std::string header(char const* name) const;  ///< the first, or ""
};

struct http_request {
    std::string method = "GET";
    std::string url;
    std::vector<std::string> headers;
    std::string authorization;  ///< sent to the host of `url` only
    std::string body;           ///< or:
    std::string file;           ///< whose bytes are sent
    std::uint64_t file_size = 0;
    std::uint64_t limit = 4u << 20;  ///< of response.body
    /// Takes the body of an answer with status 2xx; its headers are complete. May throw to end the transfer.
    std::function<void(http_response const&, std::string_view)> sink;
    std::function<void(std::uint64_t)> sent;  ///< bytes of the body so far
    std::stop_token stop;                     ///< throws constage::failure("cancelled")
};

/// Thread-safe. Proxies come from the environment (http_proxy, https_proxy, no_proxy), more certificates from SSL_CERT_FILE.
class http_client {
public:
    http_client();
    ~http_client();
    http_client(http_client const&) = delete;
    http_client& operator=(http_client const&) = delete;

    http_response send(http_request const& request);

private:
    struct state;
    std::unique_ptr<state> state_;
};

std::string resolve_url(std::string const& base, std::string const& relative);
std::string url_host(std::string const& url);  ///< "scheme://host:port"
std::string url_escape(std::string_view text);
/// 127.0.0.0/8, ::1 and localhost, with or without a port.
bool is_loopback(std::string_view host);

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/http.ipp>
#endif
#endif
