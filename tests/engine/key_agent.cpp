// SPDX-License-Identifier: BSL-1.0
#include "../oci/scratch.hpp"
#include "building.hpp"

#include <unistd.h>

#include <constage/engine/key_agent.hpp>
#include <constage/failure.hpp>

#include <catch2/catch.hpp>

using constage::engine::key_agent;

TEST_CASE("keys in files, held by an agent of our own as long as it is needed", "[B015]") {
    for (auto const* name : {"ssh-agent", "ssh-add", "ssh-keygen"})
        if (!scratch::installed(name)) {
            WARN("skipped: " << name << " is not installed");
            return;
        }
    directory keys, place;
    auto const key = [&](std::string const& name) { return (keys.path / name).string(); };
    auto const make = [&](std::string const& name, std::string const& how) {
        REQUIRE(scratch::succeeds("ssh-keygen -q -C " + name + " " + how + " -f " + key(name)));
    };
    make("plain", "-t ed25519 -N ''");
    make("pem", "-t rsa -m PEM -N ''");
    make("locked", "-t ed25519 -N passphrase");
    fs::permissions(keys.path / "pem", fs::perms(0644));
    std::string socket;
    {
        auto const long_name = place.path / std::string(120, 'x');
        fs::create_directories(long_name);
        key_agent const agent({key("plain"), key("pem")}, long_name.string());
        socket = agent.socket();
        REQUIRE(fs::is_socket(socket));
        fs::create_symlink(long_name, place.path / "short");
        auto const list = place.path / "list";
        REQUIRE(std::system(("SSH_AUTH_SOCK=" + (place.path / "short/socket").string() + " ssh-add -L >" + list.string()).c_str()) == 0);
        auto const held = place.read("list");
        CHECK(held.starts_with("ssh-ed25519 "));
        CHECK(held.find("\nssh-rsa ") != std::string::npos);
    }
    CHECK(std::system(("SSH_AUTH_SOCK=" + (place.path / "short/socket").string() + " ssh-add -L >/dev/null 2>&1").c_str()) != 0);
    directory other, third;
    CHECK_THROWS_WITH(key_agent({key("locked")}, other.path.string()), Catch::Contains(key("locked")));
    CHECK_THROWS_WITH(key_agent({key("missing")}, third.path.string()), Catch::Contains(key("missing")));
}
