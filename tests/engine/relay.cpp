// SPDX-License-Identifier: BSL-1.0
#include "building.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <constage/engine/relay.hpp>
#include <constage/failure.hpp>

#include <catch2/catch.hpp>

#include <thread>

using constage::engine::relay;

namespace {

sockaddr_un address_of(std::string const& path) {
    sockaddr_un a{};
    a.sun_family = AF_UNIX;
    path.copy(a.sun_path, sizeof a.sun_path - 1);
    return a;
}

/// Answers one connection with what it says, twice.
struct echo {
    int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::thread thread;
    explicit echo(std::string const& path) {
        auto const a = address_of(path);
        REQUIRE(::bind(listener, reinterpret_cast<sockaddr const*>(&a), sizeof a) == 0);
        REQUIRE(::listen(listener, 4) == 0);
        thread = std::thread([this] {
            for (int fd; (fd = ::accept(listener, nullptr, nullptr)) >= 0; ::close(fd)) {
                char text[64];
                for (ssize_t n; (n = ::recv(fd, text, sizeof text, 0)) > 0;) {
                    std::string const twice =
                        std::string(text, static_cast<std::size_t>(n)) + std::string(text, static_cast<std::size_t>(n));
                    ::send(fd, twice.data(), twice.size(), MSG_NOSIGNAL);
                }
            }
        });
    }
    ~echo() {
        ::shutdown(listener, SHUT_RDWR);
        thread.join();
        ::close(listener);
    }
};

int connect_to(std::string const& path) {
    auto const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto const a = address_of(path);
    REQUIRE(::connect(fd, reinterpret_cast<sockaddr const*>(&a), sizeof a) == 0);
    return fd;
}

std::string ask(int fd, std::string const& text) {
    REQUIRE(::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
    std::string answer(text.size() * 2, '\0');
    auto const n = ::recv(fd, answer.data(), answer.size(), MSG_WAITALL);
    return answer.substr(0, n < 0 ? 0 : static_cast<std::size_t>(n));
}

}  // namespace

TEST_CASE("a relay passes on what is said, one after the other, and ends with its connections", "[R013]") {
    directory place;
    fs::create_directories(place.path / std::string(120, 'x'));  // longer than a socket's address may be
    echo const agent((place.path / "agent").string());
    int one = -1;
    {
        relay const r((place.path / "agent").string(), (place.path / std::string(120, 'x')).string(), 0640, ::getuid(), ::getgid());
        struct stat st {};
        REQUIRE(::stat(r.path().c_str(), &st) == 0);
        CHECK(S_ISSOCK(st.st_mode));
        CHECK((st.st_mode & 07777) == 0640);
        fs::create_symlink(fs::path(r.path()).parent_path(), place.path / "short");
        auto const path = (place.path / "short/socket").string();
        one = connect_to(path);
        CHECK(ask(one, "abc") == "abcabc");
        ::close(one);
        one = connect_to(path);
        CHECK(ask(one, "d") == "dd");
    }
    char byte;
    CHECK(::recv(one, &byte, 1, 0) == 0);
    ::close(one);
}

TEST_CASE("a relay to nothing ends what connects to it", "[R013]") {
    directory place;
    relay const r((place.path / "nothing").string(), place.path.string(), 0600, ::getuid(), ::getgid());
    auto const fd = connect_to(r.path());
    char byte;
    CHECK(::recv(fd, &byte, 1, 0) == 0);
    ::close(fd);
    CHECK_THROWS_AS(relay("x", (place.path / "missing").string(), 0600, 0, 0), constage::failure);
}
