// SPDX-License-Identifier: BSL-1.0
#include "scratch.hpp"

#include <catch2/catch.hpp>

using namespace constage;

TEST_CASE("references are normalised as Docker does", "[oci][reference][S001]") {
    std::string const digest = "sha256:" + std::string(64, 'a');
    struct row {
        std::string text, full, familiar;
    };
    for (auto const& r : std::vector<row>{
             {"busybox", "docker.io/library/busybox:latest", "busybox:latest"},
             {"busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36"},
             {"me/app", "docker.io/me/app:latest", "me/app:latest"},
             {"docker.io/busybox", "docker.io/library/busybox:latest", "busybox:latest"},
             {"index.docker.io/library/busybox", "docker.io/library/busybox:latest", "busybox:latest"},
             {"localhost/app:x", "localhost/app:x", "localhost/app:x"},
             {"127.0.0.1:5000/app", "127.0.0.1:5000/app:latest", "127.0.0.1:5000/app:latest"},
             {"[::1]:5000/app:t", "[::1]:5000/app:t", "[::1]:5000/app:t"},
             {"ghcr.io/a/b/c_d/e__f/g--h:V1.0_x-y", "ghcr.io/a/b/c_d/e__f/g--h:V1.0_x-y", "ghcr.io/a/b/c_d/e__f/g--h:V1.0_x-y"},
             {"Host/app", "Host/app:latest", "Host/app:latest"},
             {"busybox@" + digest, "docker.io/library/busybox@" + digest, "busybox@" + digest},
             {"busybox:1@" + digest, "docker.io/library/busybox:1@" + digest, "busybox:1@" + digest},
             {"docker.io/x.y/z", "docker.io/x.y/z:latest", "docker.io/x.y/z:latest"},
             {"docker.io/localhost/z", "docker.io/localhost/z:latest", "docker.io/localhost/z:latest"},
             {"docker.io/a/library", "docker.io/a/library:latest", "a/library:latest"},
         }) {
        INFO(r.text);
        auto const ref = oci::parse_reference(r.text);
        CHECK(ref.text() == r.full);
        CHECK(ref.familiar() == r.familiar);
        CHECK(oci::parse_reference(ref.text()) == ref);
        CHECK(oci::parse_reference(ref.familiar()) == ref);
    }
}

TEST_CASE("what is no reference", "[oci][reference]") {
    auto const long_tag = "a:" + std::string(129, 'x');
    auto const long_name = std::string(256, 'x');
    auto const hex = std::string(64, 'a');
    for (auto const& wrong : std::vector<std::string>{"",
                                                      ":",
                                                      "@",
                                                      "Busybox",
                                                      "a/B",
                                                      "busybox:",
                                                      "busybox:-x",
                                                      "busybox:a b",
                                                      "a//b",
                                                      "/a",
                                                      "a/",
                                                      "-a",
                                                      "a-",
                                                      "a..b",
                                                      "a___b",
                                                      "a/../b",
                                                      "a@sha256:12",
                                                      "a@sha512:" + hex + hex,
                                                      "a@sha256:" + std::string(64, 'G'),
                                                      long_tag,
                                                      long_name,
                                                      hex,
                                                      "host:port/a",
                                                      "ho_st.x/a",
                                                      "a.b-/c",
                                                      "http://host/a",
                                                      "a b",
                                                      "[::1/a",
                                                      "host:123456/a"}) {
        INFO(wrong);
        auto const message = scratch::message_of([&] { oci::parse_reference(wrong); });
        CHECK(message.starts_with("\"" + wrong + "\" is no image reference: "));
    }
    CHECK(scratch::message_of([] { oci::parse_reference("a/B"); }).find("lower case") != std::string::npos);
}
