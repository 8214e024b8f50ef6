// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>
#include <constage/failure.hpp>
#include <constage/plan/ports.hpp>

using constage::failure;
using constage::plan::parse_ports;
using words = std::vector<std::string>;

TEST_CASE("ports, ranges and protocols", "[G005]") {
    CHECK(parse_ports({"80"}) == words{"80/tcp"});
    CHECK(parse_ports({"53/UDP", "80-82"}) == words{"53/udp", "80/tcp", "81/tcp", "82/tcp"});
    CHECK(parse_ports({"127.0.0.1:8080:80", "8080:81/sctp", "[::1]:1:2"}) == words{"80/tcp", "81/sctp", "2/tcp"});
    CHECK(parse_ports({"1234-1236:1234-1236/tcp"}).size() == 3);
}

TEST_CASE("what is no port is quoted in the error", "[G005]") {
    for (auto const* bad : {"http", "80/icmp", "", "80-79", "70000", "0.0.0.0:1234-1235:", "localhost:80:80", "-1", "80-"}) {
        INFO(bad);
        CHECK_THROWS_WITH(parse_ports({bad}), Catch::Contains(std::string("\"") + bad + "\""));
    }
}
