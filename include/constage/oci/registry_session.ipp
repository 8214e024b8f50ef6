// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_REGISTRY_SESSION_IPP_INCLUDED
#define CONSTAGE_OCI_REGISTRY_SESSION_IPP_INCLUDED

#include <constage/oci/json_reader.ipp>
#include <constage/oci/registry_session.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <utility>

namespace constage::oci {

namespace registry_session_detail {

inline constexpr int most_attempts = 4;

CONSTAGE_INLINE bool is_plain(std::string const& registry, registry_options const& options) {
    return is_loopback(registry) || std::any_of(options.plain_http.begin(), options.plain_http.end(), [&](std::string const& allowed) {
               return allowed == registry || registry.starts_with(allowed + ":");
           });
}

/// {"errors":[{"code":…,"message":…}]}, or nothing.
CONSTAGE_INLINE std::string message_of(http_response const& answer) {
    auto const parsed = nlohmann::json::parse(answer.body, nullptr, false);
    std::string text;
    try {
        for (auto const& e : parsed.at("errors")) {
            auto const message = e.value("message", e.value("code", std::string()));
            if (!message.empty()) text += (text.empty() ? "" : "; ") + message.substr(0, 300);
        }
    } catch (nlohmann::json::exception const&) { return {}; }  // not a registry's error
    return text;
}

CONSTAGE_INLINE std::string value_of(challenge const& how, char const* key) {
    auto const found = how.values.find(key);
    return found == how.values.end() ? std::string() : found->second;
}

}  // namespace registry_session_detail

CONSTAGE_INLINE registry_session::registry_session(reference const& ref, registry_options const& options, bool push,
                                                   std::vector<std::string> const& others)
    : ref_(ref), options_(options), push_(push) {
    auto const host = ref.registry == "docker.io" ? "registry-1.docker.io" : ref.registry;
    base_ = (registry_session_detail::is_plain(ref.registry, options) ? "http://" : "https://") + host + "/v2/" + ref.repository + "/";
    scopes_.push_back("repository:" + ref.repository + (push ? ":pull,push" : ":pull"));
    for (auto const& o : others) scopes_.push_back("repository:" + o + ":pull");
}

CONSTAGE_INLINE bool may_pass(http_response const& r) {
    if (!r.broken.empty()) return r.transient;
    return r.status == 429 || r.status == 408 || (r.status >= 500 && r.status != 501 && r.status != 505);
}

CONSTAGE_INLINE void wait_to_retry(int attempt, http_response const& last, std::stop_token stop) {
    auto time = std::chrono::milliseconds(200 << std::min(attempt, 6));
    if (auto const said = last.header("retry-after"); !said.empty())
        time = std::chrono::seconds(std::clamp(std::atoi(said.c_str()), 0, 30));
    std::mutex guard;
    std::condition_variable_any sleep;
    std::unique_lock hold(guard);
    sleep.wait_for(hold, stop, time, [] { return false; });
    if (stop.stop_requested()) throw failure("cancelled");
}

CONSTAGE_INLINE http_response registry_session::send(http_request request) {
    for (int attempt = 0;; ++attempt) {
        auto answer = send_once(request);
        if (request.sink || attempt + 1 >= registry_session_detail::most_attempts || !may_pass(answer)) return answer;
        wait_to_retry(attempt, answer, request.stop);
    }
}

CONSTAGE_INLINE http_response registry_session::send_once(http_request& request) {
    // The place of an upload may be on another host, which is not shown our token.
    bool const ours = url_host(request.url) == url_host(base_);
    if (ours) {
        std::lock_guard const hold(guard_);
        request.authorization = authorization_;
    }
    auto answer = http_.send(request);
    if (answer.status != 401 || !answer.broken.empty() || !ours) return answer;
    std::lock_guard const hold(guard_);
    if (request.authorization == authorization_) authorization_ = log_in(answer, request.stop);  // else another thread has done it
    if (authorization_.empty()) return answer;
    request.authorization = authorization_;
    return http_.send(request);
}

/// The value of an Authorization header, or "" if there is no way.
CONSTAGE_INLINE std::string registry_session::log_in(http_response const& refused, std::stop_token stop) {
    auto const who = find_credentials(ref_.registry, options_.docker_config);
    auto const [begin, end] = refused.headers.equal_range("www-authenticate");
    std::optional<challenge> basic;
    for (auto h = begin; h != end; ++h)
        for (auto const& c : parse_challenges(h->second)) {
            if (c.scheme == "bearer") return "Bearer " + fetch_token(c, who, stop);
            if (c.scheme == "basic") basic = c;
        }
    return basic && who && !who->user.empty() ? basic_authorization(*who) : "";
}

CONSTAGE_INLINE http_response registry_session::ask_for_token(challenge const& how, std::vector<std::string> const& scopes,
                                                              std::optional<credentials> const& who, std::stop_token stop) {
    auto const service = url_escape(registry_session_detail::value_of(how, "service"));
    http_request request;
    request.stop = stop;
    request.url = registry_session_detail::value_of(how, "realm");
    if (who && !who->identity_token.empty()) {
        std::string all;  // of OAuth2: one field, separated by spaces
        for (auto const& s : scopes) all += (all.empty() ? "" : " ") + s;
        request.method = "POST";
        request.headers = {"Content-Type: application/x-www-form-urlencoded"};
        request.body = "grant_type=refresh_token&client_id=constage&service=" + service + "&scope=" + url_escape(all) +
                       "&refresh_token=" + url_escape(who->identity_token);
    } else {
        request.url += (request.url.find('?') == request.url.npos ? "?service=" : "&service=") + service;
        for (auto const& s : scopes) request.url += "&scope=" + url_escape(s);
        if (who) request.authorization = basic_authorization(*who);
    }
    for (int attempt = 0;; ++attempt) {
        auto answer = http_.send(request);
        if (attempt + 1 >= registry_session_detail::most_attempts || !may_pass(answer)) return answer;
        wait_to_retry(attempt, answer, stop);
    }
}

CONSTAGE_INLINE std::string registry_session::fetch_token(challenge const& how, std::optional<credentials> const& who,
                                                          std::stop_token stop) {
    auto const realm = registry_session_detail::value_of(how, "realm");
    if (!realm.starts_with("https://") && !(realm.starts_with("http://") && base_.starts_with("http://")))
        throw failure(ref_.registry + " wants logins at \"" + realm + "\", which is not encrypted");
    auto answer = ask_for_token(how, scopes_, who, stop);
    if (!answer.ok() && answer.broken.empty() && scopes_.size() > 1)  // who may not read the others may still push
        answer = ask_for_token(how, {scopes_.front()}, who, stop);
    if (!answer.ok()) throw explain(answer, "a token from " + url_host(realm));
    auto const parsed = json_reader::parse(answer.body, "the token's answer", 1u << 20);
    json_reader const from(parsed, "the token's answer");
    auto token = from["token"].text();
    if (token.empty()) token = from["access_token"].text();
    if (token.empty() || token.find_first_of("\r\n") != token.npos)
        throw failure(url_host(realm) + " gives no usable token for " + ref_.registry);
    return token;
}

CONSTAGE_INLINE failure registry_session::explain(http_response const& answer, std::string const& what) const {
    auto const prefix = ref_.familiar() + ": cannot " + (push_ ? "push " : "get ") + what + ": ";
    if (!answer.broken.empty()) return failure(prefix + answer.broken).with_hint(answer.hint);
    auto const said = registry_session_detail::message_of(answer);
    auto const because = " (" + std::to_string(answer.status) + (said.empty() ? "" : ", " + said) + ")";
    if (answer.status == 401 || answer.status == 403) {
        auto const login = "docker login" + (ref_.registry == "docker.io" ? "" : " " + ref_.registry);
        return failure(prefix + ref_.registry + " refuses access" + because).with_hint("check the name, or log in with `" + login + "`");
    }
    if (answer.status == 404) return failure(prefix + "there is none" + because).with_hint("check the image's name and tag");
    if (answer.status == 429)
        return failure(prefix + "too many requests" + because).with_hint("wait, or log in: registries let their users ask more often");
    return failure(prefix + ref_.registry + " answers with status " + std::to_string(answer.status) + (said.empty() ? "" : ": " + said));
}

}  // namespace constage::oci

#endif
