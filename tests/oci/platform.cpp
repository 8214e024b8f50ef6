// SPDX-License-Identifier: BSL-1.0
#include <constage/failure.hpp>
#include <constage/oci/platform.hpp>

#include <catch2/catch.hpp>

using namespace constage;

TEST_CASE("platforms are normalised", "[oci][platform][S009][B003]") {
    auto const text = [](char const* t) { return oci::parse_platform(t).text(); };
    CHECK(text("linux/amd64") == "linux/amd64");
    CHECK(text("linux/x86_64") == "linux/amd64");
    CHECK(text("Linux/AMD64/v1") == "linux/amd64");
    CHECK(text("linux/amd64/v3") == "linux/amd64/v3");
    CHECK(text("linux/arm64/v8") == "linux/arm64");
    CHECK(text("linux/aarch64") == "linux/arm64");
    CHECK(text("linux/arm") == "linux/arm/v7");
    CHECK(text("linux/arm/6") == "linux/arm/v6");
    CHECK(text("linux/armhf") == "linux/arm/v7");
    CHECK(text("linux/armel") == "linux/arm/v6");
    CHECK(text("arm64").ends_with("/arm64"));
    CHECK(text("macos/arm64") == "darwin/arm64");
    CHECK(text("linux") == "linux/" + text("local").substr(text("local").find('/') + 1));
    CHECK(oci::parse_platform("windows(10.0.17763)/amd64").os_version == "10.0.17763");
}

TEST_CASE("what is no platform", "[oci][platform]") {
    for (auto const* wrong : {"", "/", "linux/", "a/b/c/d", "linux/*", "no-such-thing", "linux//v7", "li nux/amd64"}) {
        INFO(wrong);
        CHECK_THROWS_AS(oci::parse_platform(wrong), failure);
    }
}

TEST_CASE("which image runs where", "[oci][platform][S009][S013]") {
    auto const distance = [](char const* wanted, char const* offered) {
        return oci::platform_distance(oci::parse_platform(wanted), oci::parse_platform(offered));
    };
    CHECK(distance("linux/amd64", "linux/amd64") == 0);
    CHECK(distance("linux/amd64", "linux/amd64/v2") == -1);
    CHECK(distance("linux/amd64/v3", "linux/amd64/v2") == 1);
    CHECK(distance("linux/amd64/v3", "linux/amd64") == 2);
    CHECK(distance("linux/amd64", "linux/386") > 0);
    CHECK(distance("linux/386", "linux/amd64") == -1);
    CHECK(distance("linux/arm/v7", "linux/arm/v6") == 1);
    CHECK(distance("linux/arm/v6", "linux/arm/v7") == -1);
    CHECK(distance("linux/arm64", "linux/arm/v7") > 0);
    CHECK(distance("linux/arm64", "linux/amd64") == -1);
    CHECK(distance("windows/amd64", "linux/amd64") == -1);
    CHECK(distance("linux/riscv64", "linux/riscv64") == 0);
}
