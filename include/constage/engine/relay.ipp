// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_RELAY_IPP_INCLUDED
#define CONSTAGE_ENGINE_RELAY_IPP_INCLUDED

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <constage/engine/relay.hpp>
#include <constage/system_failure.hpp>

#include <cerrno>
#include <utility>
#include <vector>

namespace constage::engine {

namespace relay_detail {

/// The address of a socket, however long the path of its directory is: through a descriptor of the directory.
struct address {
    sockaddr_un text{};
    int directory = -1;
    explicit address(std::string const& path) {
        auto const slash = path.rfind('/');
        directory = ::open(slash == path.npos ? "." : path.substr(0, slash + 1).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
        auto const way = "/proc/self/fd/" + std::to_string(directory) + "/" + path.substr(slash + 1);
        text.sun_family = AF_UNIX;
        way.copy(text.sun_path, sizeof text.sun_path - 1);
    }
    ~address() { ::close(directory); }
    address(address const&) = delete;
    address& operator=(address const&) = delete;
    sockaddr const* get() const { return reinterpret_cast<sockaddr const*>(&text); }
};

CONSTAGE_INLINE int connect_to(std::string const& path) {
    int const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address const where(path);
    if (fd >= 0 && ::connect(fd, where.get(), sizeof where.text) == 0) return fd;
    ::close(fd);
    return -1;
}

/// Passes on what has come; false: the connection is over.
CONSTAGE_INLINE bool pass(int from, int to) {
    char buffer[16 * 1024];
    auto const n = ::recv(from, buffer, sizeof buffer, 0);
    if (n < 0 && errno == EINTR) return true;
    if (n <= 0) return false;
    for (ssize_t at = 0; at < n;) {
        auto const sent = ::send(to, buffer + at, static_cast<std::size_t>(n - at), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) return false;
        if (sent > 0) at += sent;
    }
    return true;
}

}  // namespace relay_detail

CONSTAGE_INLINE relay::relay(std::string to, std::string const& directory, std::uint32_t mode, std::uint32_t uid, std::uint32_t gid)
    : to_(std::move(to)), path_(directory + "/socket") {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    wake_ = ::eventfd(0, EFD_CLOEXEC);
    relay_detail::address const where(path_);
    if (listener_ < 0 || wake_ < 0 || ::bind(listener_, where.get(), sizeof where.text) != 0 || ::listen(listener_, 16) != 0 ||
        ::chmod(path_.c_str(), mode) != 0 || ::chown(path_.c_str(), uid, gid) != 0) {
        auto const error = errno;
        ::close(listener_);
        ::close(wake_);
        throw system_failure("make a socket at", path_, error);
    }
    thread_ = std::thread([this] { run(); });
}

CONSTAGE_INLINE relay::~relay() {
    ::eventfd_write(wake_, 1);
    thread_.join();
    ::close(listener_);
    ::close(wake_);
}

CONSTAGE_INLINE void relay::run() {
    using namespace relay_detail;
    std::vector<std::pair<int, int>> open;
    for (;;) {
        std::vector<pollfd> ready{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
        for (auto const& [one, other] : open) {
            ready.push_back({one, POLLIN, 0});
            ready.push_back({other, POLLIN, 0});
        }
        if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) break;
        if (ready[0].revents) break;
        for (std::size_t i = open.size(); i-- != 0;) {
            auto const [one, other] = open[i];
            auto const& a = ready[2 + 2 * i];
            auto const& b = ready[3 + 2 * i];
            if ((!a.revents || pass(one, other)) && (!b.revents || pass(other, one))) continue;
            ::close(one);
            ::close(other);
            open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
        }
        if (!ready[1].revents) continue;
        int const client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        if (int const server = connect_to(to_); server >= 0)
            open.emplace_back(client, server);
        else
            ::close(client);
    }
    for (auto const& [one, other] : open) {
        ::close(one);
        ::close(other);
    }
}

}  // namespace constage::engine

#endif
