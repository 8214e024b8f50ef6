// SPDX-License-Identifier: BSL-1.0
#include "scratch.hpp"

#include <catch2/catch.hpp>

using namespace constage;

namespace {

std::string const digest = "sha256:" + std::string(64, '1');

std::string manifest_with(std::string const& layers) {
    return R"({"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":")" + digest +
           R"(","size":2},"layers":)" + layers + "}";
}

/// Documents by digest, and how often each was read.
struct documents {
    std::map<std::string, std::string> all;
    std::map<std::string, int> reads;

    oci::descriptor add(std::string const& text, std::string const& type) {
        auto const d = files::digest_of(text);
        all[d] = text;
        return {type, d, text.size(), {}};
    }
    oci::descriptor image_for(oci::platform const& p) {
        oci::image_config c;
        c.platform = p;
        auto const config = add(oci::to_json(c), oci::media_type::config);
        return add(R"({"schemaVersion":2,"config":{"mediaType":")" + config.media_type + R"(","digest":")" + config.digest +
                       R"(","size":)" + std::to_string(config.size) + R"(},"layers":[]})",
                   oci::media_type::manifest);
    }
    std::string find(std::vector<oci::index_entry> const& roots, char const* wanted) {
        return oci::find_image(roots, oci::parse_platform(wanted),
                               [&](oci::descriptor const& d) {
                                   ++reads[d.digest];
                                   return all.at(d.digest);
                               })
            .config.platform.text();
    }
};

std::string entry(oci::descriptor const& d, std::string const& more = "") {
    return R"({"mediaType":")" + d.media_type + R"(","digest":")" + d.digest + R"(","size":)" + std::to_string(d.size) + more + "}";
}

}  // namespace

TEST_CASE("the best platform of an index", "[oci][manifest]") {
    documents docs;
    auto const amd = docs.image_for({"linux", "amd64", "", ""});
    auto const v6 = docs.image_for({"linux", "arm", "v6", ""});
    auto const v7 = docs.image_for({"linux", "arm", "v7", ""});
    auto const attestation = docs.add("{}", oci::media_type::manifest);
    auto const index =
        docs.add(R"({"schemaVersion":2,"manifests":[)" + entry(attestation, R"(,"platform":{"os":"unknown","architecture":"unknown"})") +
                     "," + entry(v6, R"(,"platform":{"os":"linux","architecture":"arm","variant":"v6"})") + "," +
                     entry(v7, R"(,"platform":{"os":"linux","architecture":"arm","variant":"v7"})") + "," +
                     entry(amd, R"(,"platform":{"os":"linux","architecture":"amd64"})") + "]}",
                 oci::media_type::index);
    CHECK(docs.find({{index, {}, ""}}, "linux/amd64") == "linux/amd64");
    CHECK(docs.find({{index, {}, ""}}, "linux/arm/v7") == "linux/arm/v7");
    CHECK(docs.find({{index, {}, ""}}, "linux/arm/v6") == "linux/arm/v6");
    CHECK(docs.find({{index, {}, ""}}, "linux/arm64") == "linux/arm/v7");
    CHECK(docs.reads[attestation.digest] == 0);
    CHECK(docs.reads[amd.digest] == 1);
    auto const message = scratch::message_of([&] { docs.find({{index, {}, ""}}, "linux/s390x"); });
    CHECK(message.find("no image for linux/s390x") != std::string::npos);
    CHECK(message.find("linux/arm/v6, linux/arm/v7, linux/amd64") != std::string::npos);
    SECTION("nested") {
        auto const outer = docs.add(R"({"manifests":[)" + entry(index) + "]}", oci::media_type::index);
        CHECK(docs.find({{outer, {}, ""}}, "linux/amd64") == "linux/amd64");
    }
    SECTION("without platforms the configs say") { CHECK(docs.find({{amd, {}, ""}, {v6, {}, ""}}, "linux/arm/v7") == "linux/arm/v6"); }
    SECTION("a single image is taken as it is") { CHECK(docs.find({{amd, {}, ""}}, "linux/s390x") == "linux/amd64"); }
}

TEST_CASE("hostile indexes", "[oci][manifest]") {
    documents docs;
    auto const amd = docs.image_for({"linux", "amd64", "", ""});
    SECTION("deep") {
        auto inner = docs.add(R"({"manifests":[)" + entry(amd) + "]}", oci::media_type::index);
        for (int i = 0; i < 20; ++i) inner = docs.add(R"({"manifests":[)" + entry(inner) + "]}", oci::media_type::index);
        CHECK(scratch::message_of([&] { docs.find({{inner, {}, ""}}, "linux/amd64"); }).find("too deeply") != std::string::npos);
    }
    SECTION("wide: every level names the next ten times") {
        auto inner = docs.add(R"({"manifests":[)" + entry(amd) + "]}", oci::media_type::index);
        for (int i = 0; i < 3; ++i) {
            std::string list;
            for (int n = 0; n < 10; ++n) list += (n ? "," : "") + entry(inner);
            inner = docs.add(R"({"manifests":[)" + list + "]}", oci::media_type::index);
        }
        CHECK(scratch::message_of([&] { docs.find({{inner, {}, ""}}, "linux/amd64"); }).find("too many") != std::string::npos);
    }
    SECTION("empty") {
        auto const none = docs.add(R"({"manifests":[]})", oci::media_type::index);
        CHECK(scratch::message_of([&] { docs.find({{none, {}, ""}}, "linux/amd64"); }).find("no image") != std::string::npos);
    }
    SECTION("index and image at once") {
        auto const both = docs.add(R"({"manifests":[],"layers":[]})", "");
        CHECK(scratch::message_of([&] {
                  docs.find({{both, {}, ""}}, "linux/amd64");
              }).find("an index and of an image") != std::string::npos);
    }
    SECTION("schema 1") {
        auto const old = docs.add(R"({"schemaVersion":1,"fsLayers":[]})", "application/vnd.docker.distribution.manifest.v1+json");
        CHECK(scratch::message_of([&] { docs.find({{old, {}, ""}}, "linux/amd64"); }).find("schema version 1") != std::string::npos);
    }
}

TEST_CASE("hostile manifests", "[oci][manifest]") {
    auto const layer = [](std::string const& fields) { return manifest_with("[{" + fields + "}]"); };
    std::string const tar = R"("mediaType":"application/vnd.oci.image.layer.v1.tar")";
    std::string const good = R"("digest":")" + digest + R"(")";
    CHECK(oci::parse_manifest(layer(tar + "," + good + R"(,"size":7)")).layers.at(0).size == 7);
    CHECK(oci::parse_manifest(manifest_with("null")).layers.empty());
    for (auto const& wrong : std::vector<std::string>{
             manifest_with("{}"), manifest_with("[null]"), manifest_with("[1]"), layer(tar + "," + good + R"(,"size":-1)"),
             layer(tar + "," + good + R"(,"size":1e3)"), layer(tar + "," + good + R"(,"size":9223372036854775807)"),
             layer(tar + "," + good + R"(,"size":99999999999999999999)"), layer(tar + "," + good + R"(,"size":"7")"),
             layer(tar + R"(,"digest":"sha256:x","size":7)"), layer(tar + R"(,"digest":"sha256:../../../../etc/shadow","size":7)"),
             layer(tar + R"(,"size":7)"), layer(R"("mediaType":"text/html",)" + good + R"(,"size":7)"), R"({"layers":[]})", "[]", "1",
             "null"}) {
        INFO(wrong);
        CHECK_THROWS_AS(oci::parse_manifest(wrong), failure);
    }
    auto const artifact =
        R"({"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":")" + digest + R"(","size":1},"layers":[]})";
    CHECK(scratch::message_of([&] { oci::parse_manifest(artifact); }).find("no container image") != std::string::npos);
}

TEST_CASE("layers and diff ids must agree", "[oci][manifest]") {
    documents docs;
    auto const config = docs.add(oci::to_json({}), oci::media_type::config);
    auto const m =
        docs.add(R"({"config":)" + entry(config) + R"(,"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":")" +
                     digest + R"(","size":1}]})",
                 oci::media_type::manifest);
    CHECK(scratch::message_of([&] { docs.find({{m, {}, ""}}, "linux/amd64"); }).find("1 layers") != std::string::npos);
}

TEST_CASE("OCI's names of layers", "[oci][manifest]") {
    CHECK(oci::media_type::as_oci_layer("application/vnd.docker.image.rootfs.diff.tar.gzip") ==
          "application/vnd.oci.image.layer.v1.tar+gzip");
    CHECK(oci::media_type::as_oci_layer("application/vnd.docker.image.rootfs.diff.tar") == "application/vnd.oci.image.layer.v1.tar");
    CHECK(oci::media_type::as_oci_layer("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd") ==
          "application/vnd.oci.image.layer.v1.tar+zstd");
    CHECK_THROWS_AS(oci::media_type::as_oci_layer("application/vnd.oci.image.layer.v1.tar+gzip+encrypted"), failure);
}

TEST_CASE("content is compared with its descriptor", "[oci][manifest]") {
    oci::verify("abc", {"", files::digest_of("abc"), 3, {}});
    CHECK_THROWS_AS(oci::verify("abd", {"", files::digest_of("abc"), 3, {}}), failure);
    CHECK_THROWS_AS(oci::verify("abc", {"", files::digest_of("abc"), 4, {}}), failure);
}
