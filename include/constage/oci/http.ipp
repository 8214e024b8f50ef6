// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_HTTP_IPP_INCLUDED
#define CONSTAGE_OCI_HTTP_IPP_INCLUDED

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/oci/http.hpp>
#include <constage/system_failure.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <utility>

namespace constage::oci {

namespace http_detail {

inline constexpr int most_redirects = 8;
inline constexpr std::size_t most_headers = 256;

struct url_parts {
    CURLU* handle = curl_url();
    url_parts() = default;
    url_parts(url_parts const&) = delete;
    url_parts& operator=(url_parts const&) = delete;
    ~url_parts() { curl_url_cleanup(handle); }

    bool set(std::string const& url) const { return curl_url_set(handle, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK; }
    std::string get(CURLUPart part, unsigned flags = 0) const {
        char* text = nullptr;
        if (curl_url_get(handle, part, &text, flags) != CURLUE_OK) return {};
        std::string result(text);
        curl_free(text);
        return result;
    }
};

/// One exchange; curl's callbacks get a pointer to it.
struct exchange {
    http_request const& request;
    http_response response;
    std::exception_ptr error;
    int file = -1;
    std::uint64_t sent = 0;

    template <class F>
    std::size_t guarded(std::size_t refusal, F const& f) {
        try {
            if (request.stop.stop_requested()) throw failure("cancelled");
            return f();
        } catch (...) {
            error = std::current_exception();
            return refusal;
        }
    }

    void add_header(std::string_view line) {
        if (line.starts_with("HTTP/")) {  // perhaps after an interim answer
            response.headers.clear();
            auto const space = line.find(' ');
            response.status = space == line.npos ? 0 : std::atoi(std::string(line.substr(space + 1, 3)).c_str());
            return;
        }
        auto const colon = line.find(':');
        if (colon == line.npos || response.headers.size() == most_headers) return;
        std::string name(line.substr(0, colon));
        for (auto& c : name)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        auto value = line.substr(colon + 1);
        while (!value.empty() && std::strchr(" \t\r\n", value.front())) value.remove_prefix(1);
        while (!value.empty() && std::strchr(" \t\r\n", value.back())) value.remove_suffix(1);
        response.headers.emplace(std::move(name), value);
    }

    void add_body(std::string_view bytes) {
        if (request.sink && response.status >= 200 && response.status < 300) return request.sink(response, bytes);
        bool const expected = response.status >= 200 && response.status < 300;
        if (expected && response.body.size() + bytes.size() > request.limit)
            throw failure(request.url + " answers with more than " + std::to_string(request.limit) + " bytes");
        if (expected || response.body.size() < 65536) response.body += bytes;
    }

    std::size_t give(char* to, std::size_t room) {
        std::size_t n = 0;
        if (file >= 0) {
            auto const got = ::read(file, to, room);
            if (got < 0) throw system_failure("read", request.file);
            n = static_cast<std::size_t>(got);
        } else {
            n = std::min(room, request.body.size() - static_cast<std::size_t>(sent));
            std::copy_n(request.body.begin() + static_cast<std::ptrdiff_t>(sent), n, to);
        }
        sent += n;
        if (request.sent) request.sent(sent);
        return n;
    }
};

/// curl calls these.
struct callbacks {
    static std::size_t header(char* data, std::size_t size, std::size_t n, void* to) {
        auto& e = *static_cast<exchange*>(to);
        return e.guarded(0, [&] {
            e.add_header({data, size * n});
            return size * n;
        });
    }
    static std::size_t body(char* data, std::size_t size, std::size_t n, void* to) {
        auto& e = *static_cast<exchange*>(to);
        return e.guarded(0, [&] {
            e.add_body({data, size * n});
            return size * n;
        });
    }
    static std::size_t upload(char* data, std::size_t size, std::size_t n, void* to) {
        auto& e = *static_cast<exchange*>(to);
        return e.guarded(CURL_READFUNC_ABORT, [&] { return e.give(data, size * n); });
    }
    static int seek(void* to, curl_off_t offset, int origin) {
        auto& e = *static_cast<exchange*>(to);
        if (origin != SEEK_SET || (e.file >= 0 && ::lseek(e.file, offset, SEEK_SET) < 0)) return CURL_SEEKFUNC_FAIL;
        e.sent = static_cast<std::uint64_t>(offset);
        return CURL_SEEKFUNC_OK;
    }
    static int progress(void* to, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        return static_cast<int>(static_cast<exchange*>(to)->guarded(1, [] { return std::size_t(0); }));
    }
};

CONSTAGE_INLINE void explain(http_response& r, CURLcode code, char const* details) {
    r.broken = *details ? details : curl_easy_strerror(code);
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
            r.hint = "check the registry's name, and whether this machine has a network or needs a proxy (https_proxy)";
            r.transient = true;
            break;
        case CURLE_COULDNT_CONNECT:
            r.hint = "check the registry's name and port, and whether it is running";
            break;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM:
            r.hint = "its certificate is not trusted here: install its authority, or name a file of certificates in SSL_CERT_FILE";
            break;
        case CURLE_SSL_CONNECT_ERROR:
            r.hint = "perhaps it speaks plain HTTP: allow that for this registry only if you trust the network";
            break;
        default:
            r.transient = true;
    }
}

class header_list {
public:
    header_list() = default;
    header_list(header_list const&) = delete;
    header_list& operator=(header_list const&) = delete;
    ~header_list() { curl_slist_free_all(list); }
    void add(std::string const& line) { list = curl_slist_append(list, line.c_str()); }
    curl_slist* list = nullptr;
};

template <class T>
void set(CURL* curl, CURLoption option, T value) {
    if (auto const result = curl_easy_setopt(curl, option, value); result != CURLE_OK)
        throw failure(std::string("libcurl does not support what is needed: ") + curl_easy_strerror(result));
}

CONSTAGE_INLINE void set_method(CURL* curl, exchange& e) {
    auto const& r = e.request;
    if (r.method == "HEAD") return set(curl, CURLOPT_NOBODY, 1L);
    if (r.method == "GET") return set(curl, CURLOPT_HTTPGET, 1L);
    set(curl, CURLOPT_UPLOAD, 1L);
    set(curl, CURLOPT_CUSTOMREQUEST, r.method.c_str());
    set(curl, CURLOPT_READFUNCTION, &callbacks::upload);
    set(curl, CURLOPT_READDATA, static_cast<void*>(&e));
    set(curl, CURLOPT_SEEKFUNCTION, &callbacks::seek);
    set(curl, CURLOPT_SEEKDATA, static_cast<void*>(&e));
    set(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(r.file.empty() ? r.body.size() : r.file_size));
}

CONSTAGE_INLINE void set_limits(CURL* curl, std::string const& url) {
    set(curl, CURLOPT_NOSIGNAL, 1L);
    set(curl, CURLOPT_CONNECTTIMEOUT, 30L);
    set(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);  // nothing at all for a minute
    set(curl, CURLOPT_LOW_SPEED_TIME, 60L);
    set(curl, CURLOPT_USERAGENT, "constage/" CONSTAGE_VERSION);
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 256L << 10);  // only speed; refused where the transfer before has failed
#if LIBCURL_VERSION_NUM >= 0x075500
    set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    set(curl, CURLOPT_PROTOCOLS, long(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    if (auto const* certificates = std::getenv("SSL_CERT_FILE"); certificates && *certificates) set(curl, CURLOPT_CAINFO, certificates);
    url_parts parts;
    if (parts.set(url) && is_loopback(parts.get(CURLUPART_HOST))) set(curl, CURLOPT_PROXY, "");
}

CONSTAGE_INLINE void exchange_once(CURL* curl, exchange& e, std::string const& url, bool with_credentials) {
    curl_easy_reset(curl);  // of the redirect before
    char details[CURL_ERROR_SIZE] = "";
    set(curl, CURLOPT_ERRORBUFFER, static_cast<char*>(details));
    set(curl, CURLOPT_URL, url.c_str());
    set_limits(curl, url);
    set_method(curl, e);
    header_list headers;
    headers.add("Expect:");
    for (auto const& h : e.request.headers) headers.add(h);
    if (with_credentials && !e.request.authorization.empty()) headers.add("Authorization: " + e.request.authorization);
    set(curl, CURLOPT_HTTPHEADER, headers.list);
    set(curl, CURLOPT_HEADERFUNCTION, &callbacks::header);
    set(curl, CURLOPT_HEADERDATA, static_cast<void*>(&e));
    set(curl, CURLOPT_WRITEFUNCTION, &callbacks::body);
    set(curl, CURLOPT_WRITEDATA, static_cast<void*>(&e));
    set(curl, CURLOPT_NOPROGRESS, 0L);
    set(curl, CURLOPT_XFERINFOFUNCTION, &callbacks::progress);
    set(curl, CURLOPT_XFERINFODATA, static_cast<void*>(&e));
    auto const code = curl_easy_perform(curl);
    if (e.error) std::rethrow_exception(e.error);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    e.response.status = static_cast<int>(status);
    e.response.url = url;
    if (code != CURLE_OK) explain(e.response, code, details);
}

CONSTAGE_INLINE bool is_redirect(int status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }

}  // namespace http_detail

struct http_client::state {
    std::mutex guard;
    std::vector<CURL*> idle;

    CURL* take() {
        std::lock_guard const hold(guard);
        if (idle.empty()) return curl_easy_init();
        auto* const curl = idle.back();
        idle.pop_back();
        return curl;
    }
    void give_back(CURL* curl) {
        curl_easy_reset(curl);  // it must not point to what is gone
        std::lock_guard const hold(guard);
        idle.push_back(curl);
    }
};

CONSTAGE_INLINE http_client::http_client() : state_(std::make_unique<state>()) {
    // Once in a process and never undone: other users of libcurl may be about.
    static auto const ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready != CURLE_OK) throw failure(std::string("cannot start libcurl: ") + curl_easy_strerror(ready));
}

CONSTAGE_INLINE http_client::~http_client() {
    for (auto* curl : state_->idle) curl_easy_cleanup(curl);
}

CONSTAGE_INLINE http_response http_client::send(http_request const& request) {
    using namespace http_detail;
    struct lease {
        state& from;
        CURL* curl;
        ~lease() {
            if (curl) from.give_back(curl);
        }
    } const use{*state_, state_->take()};
    if (!use.curl) throw failure("cannot start libcurl");
    auto url = request.url;
    bool same_host = true;
    for (int redirects = 0;; ++redirects) {
        exchange e{request, {}, nullptr, -1, 0};
        struct closer {
            int& fd;
            ~closer() {
                if (fd >= 0) ::close(fd);
            }
        } const file{e.file};
        if (!request.file.empty() && (e.file = ::open(request.file.c_str(), O_RDONLY | O_CLOEXEC)) < 0)
            throw system_failure("read", request.file);
        exchange_once(use.curl, e, url, same_host);
        auto const location = e.response.header("location");
        bool const reads = request.method == "GET" || request.method == "HEAD";
        if (!reads || !is_redirect(e.response.status) || location.empty()) return std::move(e.response);
        auto const next = resolve_url(url, location);
        if (redirects == most_redirects) throw failure(request.url + " redirects without end");
        if (url.starts_with("https:") && !next.starts_with("https:"))
            throw failure(request.url + " redirects to " + next + ", which is not encrypted");
        same_host = same_host && url_host(next) == url_host(request.url);
        url = next;
    }
}

CONSTAGE_INLINE std::string http_response::header(char const* name) const {
    auto const found = headers.find(name);
    return found == headers.end() ? "" : found->second;
}

CONSTAGE_INLINE std::string resolve_url(std::string const& base, std::string const& relative) {
    http_detail::url_parts parts;
    if (!parts.set(base) || !parts.set(relative)) throw failure("\"" + relative + "\" is no URL");
    return parts.get(CURLUPART_URL);
}

CONSTAGE_INLINE std::string url_host(std::string const& url) {
    http_detail::url_parts parts;
    if (!parts.set(url)) return {};
    return parts.get(CURLUPART_SCHEME) + "://" + parts.get(CURLUPART_HOST) + ":" + parts.get(CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

CONSTAGE_INLINE std::string url_escape(std::string_view text) {
    std::string result;
    for (char const c : text) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::strchr("-._~", c);
        if (plain && c != '\0') {
            result += c;
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        (result += '%') += "0123456789ABCDEF"[byte >> 4];
        result += "0123456789ABCDEF"[byte & 15];
    }
    return result;
}

CONSTAGE_INLINE bool is_loopback(std::string_view host) {
    std::string name(host);
    if (name.starts_with('[')) {
        name = name.substr(1, name.find(']') - 1);
    } else if (auto const colon = name.find(':'); colon != name.npos && name.find(':', colon + 1) == name.npos) {
        name.resize(colon);
    }
    in_addr four{};
    in6_addr six{};
    if (::inet_pton(AF_INET, name.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
    if (::inet_pton(AF_INET6, name.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six);
    return name == "localhost";
}

}  // namespace constage::oci

#endif
