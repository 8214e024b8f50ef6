// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_TESTS_OCI_SERVER_HPP_INCLUDED
#define CONSTAGE_TESTS_OCI_SERVER_HPP_INCLUDED

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace scratch {

/// A web server on 127.0.0.1 that answers what the test says: also half an answer, or a wrong one. One request a connection.
class server {
public:
    struct request {
        std::string method, target, body;
        std::map<std::string, std::string> headers;  ///< names in lower case
        std::string header(std::string const& name) const {
            auto const found = headers.find(name);
            return found == headers.end() ? "" : found->second;
        }
    };
    struct reply {
        int status = 200;
        std::vector<std::string> headers;
        std::string body;
        std::size_t cut = std::string::npos;  ///< so many bytes of the body are sent, then the connection is closed
    };

    explicit server(std::function<reply(request const&)> answer) : answer_(std::move(answer)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof where;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&where), size) != 0 || ::listen(listener_, 16) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size) != 0)
            throw std::runtime_error("no port on 127.0.0.1");
        port_ = ntohs(where.sin_port);
        thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
    }
    ~server() {
        thread_.request_stop();
        thread_.join();
        ::close(listener_);
    }
    std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
    std::vector<request> seen() const {
        std::lock_guard const hold(guard_);
        return seen_;
    }

private:
    void run(std::stop_token stop) {
        while (!stop.stop_requested()) {
            pollfd ready{listener_, POLLIN, 0};
            if (::poll(&ready, 1, 20) <= 0) continue;
            int const fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) continue;
            serve(fd);
            ::close(fd);
        }
    }
    void serve(int fd) {
        std::string text;
        char buffer[65536];
        auto const more = [&] {
            auto const n = ::recv(fd, buffer, sizeof buffer, 0);
            if (n > 0) text.append(buffer, static_cast<std::size_t>(n));
            return n > 0;
        };
        while (text.find("\r\n\r\n") == text.npos)
            if (!more()) return;
        auto const end = text.find("\r\n\r\n") + 4;
        auto r = parse(text.substr(0, end));
        auto const length = r.header("content-length").empty() ? 0 : std::stoul(r.header("content-length"));
        while (text.size() < end + length)
            if (!more()) return;
        r.body = text.substr(end);
        {
            std::lock_guard const hold(guard_);
            seen_.push_back(r);
        }
        auto const a = answer_(r);
        std::string out =
            "HTTP/1.1 " + std::to_string(a.status) + " x\r\nConnection: close\r\nContent-Length: " + std::to_string(a.body.size()) + "\r\n";
        for (auto const& h : a.headers) out += h + "\r\n";
        out += "\r\n";
        if (r.method != "HEAD") out += a.body.substr(0, a.cut);
        for (std::size_t at = 0; at < out.size();) {
            auto const n = ::send(fd, out.data() + at, out.size() - at, MSG_NOSIGNAL);
            if (n <= 0) return;
            at += static_cast<std::size_t>(n);
        }
    }
    static request parse(std::string const& head) {
        request r;
        auto line_end = head.find("\r\n");
        auto const first = head.substr(0, line_end);
        r.method = first.substr(0, first.find(' '));
        r.target = first.substr(r.method.size() + 1, first.rfind(' ') - r.method.size() - 1);
        while (line_end + 2 < head.size()) {
            auto const next = head.find("\r\n", line_end + 2);
            auto const line = head.substr(line_end + 2, next - line_end - 2);
            line_end = next;
            auto name = line.substr(0, line.find(':'));
            for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            if (name.size() + 2 <= line.size()) r.headers[name] = line.substr(name.size() + 2);
        }
        return r;
    }

    std::function<reply(request const&)> answer_;
    mutable std::mutex guard_;
    std::vector<request> seen_;
    int listener_ = -1;
    unsigned port_ = 0;
    std::jthread thread_;
};

}  // namespace scratch

#endif
