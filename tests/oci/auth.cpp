// SPDX-License-Identifier: BSL-1.0
#include "scratch.hpp"

#include <constage/oci/auth.hpp>
#include <constage/oci/http.hpp>

#include <catch2/catch.hpp>

using namespace constage;

TEST_CASE("challenges", "[oci][auth]") {
    auto const one = oci::parse_challenges(R"(Bearer realm="https://a/token?x=1",service="a b",scope="repository:x:pull,push")");
    REQUIRE(one.size() == 1);
    CHECK(one[0].scheme == "bearer");
    CHECK(one[0].values.at("realm") == "https://a/token?x=1");
    CHECK(one[0].values.at("scope") == "repository:x:pull,push");
    auto const two = oci::parse_challenges(R"(Basic realm="x\"y", BEARER realm=plain)");
    REQUIRE(two.size() == 2);
    CHECK(two[0].values.at("realm") == "x\"y");
    CHECK(two[1].values.at("realm") == "plain");
    CHECK(oci::parse_challenges("").empty());
    CHECK_NOTHROW(oci::parse_challenges("=,=\"\\"));
    CHECK(oci::parse_challenges("Bearer realm=\"open").at(0).values.at("realm") == "open");
}

TEST_CASE("logins in Docker's config", "[oci][auth]") {
    scratch::directory d;
    auto const config = d / "config.json";
    scratch::write(config,
                   R"({"auths":{"https://index.docker.io/v1/":{"auth":"bWU6cDphc3M="},"r.example:5000":{"username":"u","password":"p"},
        "https://t.example":{"identitytoken":"tok"},"empty.example":{}},"HttpHeaders":{}})");
    auto const hub = oci::find_credentials("docker.io", config);
    REQUIRE(hub);
    CHECK(hub->user == "me");
    CHECK(hub->password == "p:ass");
    CHECK(oci::basic_authorization(*hub) == "Basic bWU6cDphc3M=");
    CHECK(oci::find_credentials("r.example:5000", config)->user == "u");
    CHECK(oci::find_credentials("t.example", config)->identity_token == "tok");
    CHECK_FALSE(oci::find_credentials("r.example", config));
    CHECK_FALSE(oci::find_credentials("empty.example", config));
    CHECK_FALSE(oci::find_credentials("docker.io", d / "none.json"));
    for (auto const* broken : {"{", R"({"auths":[]})", R"({"auths":{"x":{"auth":"!!"}}})", R"({"auths":{"x":{"auth":"bm9jb2xvbg=="}}})",
                               R"({"credHelpers":{"x":"../../evil"}})", R"({"credHelpers":{"x":"no-such-helper-here"}})"}) {
        INFO(broken);
        scratch::write(config, broken);
        CHECK_THROWS_AS(oci::find_credentials("x", config), failure);
    }
}

TEST_CASE("credential helpers", "[oci][auth]") {
    scratch::directory d;
    auto const config = d / "config.json";
    scratch::write(config,
                   R"({"credsStore":"constage-all","credHelpers":{"x.example":"constage-one"},"auths":{"y.example":{"auth":"YTpi"}}})");
    auto const script = [&](std::string const& name, std::string const& text) {
        scratch::write(d / ("bin/docker-credential-" + name), "#!/bin/sh\nread server\n[ \"$1\" = get ] || exit 3\n" + text);
        std::filesystem::permissions(d / ("bin/docker-credential-" + name), std::filesystem::perms::owner_all);
    };
    script("constage-one", R"(printf '{"ServerURL":"%s","Username":"<token>","Secret":"for-%s"}' "$server" "$server")");
    script("constage-all", R"(echo 'credentials not found in native keychain'; echo secret >&2; exit 1)");
    std::string const path = std::getenv("PATH");
    ::setenv("PATH", ((d / "bin") + ":" + path).c_str(), 1);
    CHECK(oci::find_credentials("x.example", config)->identity_token == "for-x.example");
    CHECK(oci::find_credentials("y.example", config)->user == "a");
    CHECK_FALSE(oci::find_credentials("z.example", config));
    script("constage-all", "echo 'the keyring is locked'; exit 1");
    CHECK(scratch::message_of([&] { oci::find_credentials("z.example", config); }).find("constage-all failed: the keyring is locked") !=
          std::string::npos);
    script("constage-all", "echo nonsense");
    CHECK_THROWS_AS(oci::find_credentials("z.example", config), failure);
    ::setenv("PATH", path.c_str(), 1);
}

TEST_CASE("what is loopback", "[oci][http]") {
    for (auto const* yes : {"localhost", "localhost:5000", "127.0.0.1", "127.0.0.1:5000", "127.9.8.7:1", "[::1]:5000", "[::1]", "::1"}) {
        INFO(yes);
        CHECK(oci::is_loopback(yes));
    }
    for (auto const* no :
         {"127.0.0.1.example.com", "127.example.com:5000", "localhost.example", "10.0.0.1", "[::2]:1", "", "127.1", "[fe80::1]"}) {
        INFO(no);
        CHECK_FALSE(oci::is_loopback(no));
    }
}

TEST_CASE("addresses", "[oci][http]") {
    CHECK(oci::resolve_url("http://a:1/v2/x/blobs/uploads/", "/v2/y?z=1") == "http://a:1/v2/y?z=1");
    CHECK(oci::resolve_url("http://a:1/v2/", "https://b/c") == "https://b/c");
    CHECK(oci::url_host("https://a/x") == "https://a:443");
    CHECK(oci::url_host("https://user@a:5/x") == "https://a:5");
    CHECK(oci::url_escape("repository:a/b:pull") == "repository%3Aa%2Fb%3Apull");
    CHECK_THROWS_AS(oci::resolve_url("http://a/", "http://[::"), failure);
}
