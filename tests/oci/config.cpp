// SPDX-License-Identifier: BSL-1.0
#include "scratch.hpp"

#include <catch2/catch.hpp>

using namespace constage;

namespace {

std::string const some_digest = "sha256:" + std::string(64, '0');

oci::image_config full() {
    oci::image_config c;
    c.platform = {"linux", "arm", "v7", "1.2"};
    c.os_features = {"f"};
    c.created = "2024-01-01T00:00:00Z";
    c.author = "me";
    c.env = {"B=1", "A=2"};
    c.entrypoint = oci::strings{"/bin/a"};
    c.cmd = oci::strings{};
    c.shell = oci::strings{"/bin/bash", "-c"};
    c.working_dir = "/w";
    c.user = "u";
    c.stop_signal = "SIGINT";
    c.exposed_ports = {"80/tcp"};
    c.volumes = {"/v"};
    c.labels = {{"k", "v\"\n"}};
    c.healthcheck = oci::healthcheck{{"CMD", "x"}, 1, 2, 3, 4, 5};
    c.on_build = {"RUN x"};
    c.args_escaped = true;
    c.diff_ids = {some_digest};
    c.history = {{"2024-01-01T00:00:00Z", "COPY", "a", "c", false}, {std::nullopt, "ENV", "", "", true}};
    return c;
}

}  // namespace

TEST_CASE("a config survives JSON", "[oci][config][G015][S013]") {
    auto const text = oci::to_json(full());
    auto const back = oci::parse_config(text);
    CHECK(oci::to_json(back) == text);
    CHECK(back.env == full().env);
    CHECK(back.platform == full().platform);
    CHECK(back.healthcheck == full().healthcheck);
    CHECK(back.cmd == oci::strings{});
    REQUIRE(back.history.size() == 2);
    CHECK(back.history[1].empty_layer);
    CHECK_FALSE(back.history[1].created);
    CHECK(text.find('\n') == text.npos);
}

TEST_CASE("what is empty is absent", "[oci][config]") {
    CHECK(oci::to_json({}) == R"({"architecture":"amd64","config":{},"os":"linux","rootfs":{"diff_ids":[],"type":"layers"}})");
    oci::image_config c;
    c.entrypoint = oci::strings{};
    CHECK(oci::to_json(c).find(R"("Entrypoint":[])") != std::string::npos);
}

TEST_CASE("null is absent, unknown fields are dropped", "[oci][config][S012]") {
    auto const c =
        oci::parse_config(R"({"os":null,"architecture":"arm64","config":{"Env":null,"Entrypoint":null,"Labels":null,"Volumes":null,
        "Healthcheck":null,"ExposedPorts":{"1/udp":null},"Foo":[1]},"rootfs":null,"history":null,"container":"x","created":null})");
    CHECK(c.platform.text() == "linux/arm64");
    CHECK_FALSE(c.entrypoint);
    CHECK_FALSE(c.created);
    CHECK(c.exposed_ports == std::set<std::string>{"1/udp"});
    CHECK(oci::parse_config(R"({"config":null})").env.empty());
}

TEST_CASE("fields of the wrong type are named", "[oci][config]") {
    struct row {
        std::string json, field;
    };
    for (auto const& r : std::vector<row>{
             {R"([])", "config"},
             {R"({"os":1})", "config.os"},
             {R"({"config":[]})", "config.config"},
             {R"({"config":{"Env":"A=1"}})", "config.config.Env"},
             {R"({"config":{"Env":[1]}})", "config.config.Env[0]"},
             {R"({"config":{"Labels":{"a":{}}}})", "config.config.Labels.a"},
             {R"({"config":{"Volumes":["/a"]}})", "config.config.Volumes"},
             {R"({"config":{"ExposedPorts":{"80":1}}})", "config.config.ExposedPorts.80"},
             {R"({"config":{"ArgsEscaped":"yes"}})", "config.config.ArgsEscaped"},
             {R"({"config":{"Healthcheck":{"Retries":-1}}})", "config.config.Healthcheck.Retries"},
             {R"({"config":{"Healthcheck":{"Interval":1.5}}})", "config.config.Healthcheck.Interval"},
             {R"({"config":{"Healthcheck":{"Interval":18446744073709551615}}})", "config.config.Healthcheck.Interval"},
             {R"({"rootfs":{"type":"x"}})", "config.rootfs.type"},
             {R"({"rootfs":{"diff_ids":["sha256:../../etc/passwd"]}})", "config.rootfs.diff_ids[0]"},
             {R"({"history":[{"empty_layer":0}]})", "config.history[0].empty_layer"},
         }) {
        INFO(r.json);
        CHECK(scratch::message_of([&] { oci::parse_config(r.json); }).starts_with(r.field + " must be"));
    }
}

TEST_CASE("hostile documents", "[oci][config]") {
    CHECK_THROWS_AS(oci::parse_config(""), failure);
    CHECK_THROWS_AS(oci::parse_config("{"), failure);
    CHECK_THROWS_AS(oci::parse_config("\xff"), failure);
    CHECK_THROWS_AS(oci::parse_config(std::string(100'000, '[')), failure);
    CHECK(scratch::message_of([] { oci::parse_config(std::string(17u << 20, ' ')); }).find("larger than") != std::string::npos);
    oci::image_config latin1;
    latin1.env = {"A=\xe4"};
    CHECK(oci::parse_config(oci::to_json(latin1)).env[0] == "A=\xef\xbf\xbd");
}
