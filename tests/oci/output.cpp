// SPDX-License-Identifier: BSL-1.0
#include "scratch.hpp"

#include <nlohmann/json.hpp>

#include <catch2/catch.hpp>

using namespace constage;

namespace {

std::vector<std::string> names_in(std::string const& folder) {
    std::vector<std::string> names;
    for (auto const& e : std::filesystem::directory_iterator(folder)) names.push_back(e.path().filename());
    return names;
}

struct fixture {
    scratch::directory d;
    oci::blob_store store{d / "store"};
    oci::image image = scratch::image_of({"one", "two"}, store);
    std::string out = d / "out";
    fixture() { std::filesystem::create_directory(out); }
};

}  // namespace

TEST_CASE_METHOD(fixture, "a manifest", "[oci][output][B027]") {
    auto const m = nlohmann::json::parse(image.manifest_json);
    CHECK(m["schemaVersion"] == 2);
    CHECK(m["mediaType"] == "application/vnd.oci.image.manifest.v1+json");
    CHECK(m["config"]["digest"] == image.config_descriptor.digest);
    CHECK(m["layers"].size() == 2);
    CHECK_FALSE(m.contains("annotations"));
    CHECK(store.read(image.manifest.digest) == image.manifest_json);
    CHECK(oci::parse_config(store.read(image.config_descriptor.digest)).diff_ids == image.config.diff_ids);
    auto layers = image.layers;
    layers[0].media_type = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    auto const docker = oci::make_image(image.config, layers, store, {{"a", "b"}});
    CHECK(nlohmann::json::parse(docker.manifest_json)["layers"][0]["mediaType"] == "application/vnd.oci.image.layer.v1.tar+gzip");
    CHECK(nlohmann::json::parse(docker.manifest_json)["annotations"] == nlohmann::json{{"a", "b"}});
    layers.pop_back();
    CHECK_THROWS_AS(oci::make_image(image.config, layers, store), failure);
}

TEST_CASE_METHOD(fixture, "archives are the same every time", "[oci][output][B006]") {
    oci::write_oci({image}, {"app:1"}, out + "/1.tar", true, store);
    oci::write_oci({image}, {"app:1"}, out + "/2.tar", true, store);
    CHECK(scratch::read(out + "/1.tar") == scratch::read(out + "/2.tar"));
    CHECK(names_in(out).size() == 2);
    REQUIRE(scratch::succeeds("mkdir " + out + "/x && tar --warning=no-timestamp -C " + out + "/x -xf " + out + "/1.tar"));
    auto const index = nlohmann::json::parse(scratch::read(out + "/x/index.json"));
    auto const entry = index["manifests"][0];
    CHECK(entry["annotations"]["io.containerd.image.name"] == "docker.io/library/app:1");
    CHECK(entry["annotations"]["org.opencontainers.image.ref.name"] == "1");
    CHECK(entry["annotations"]["org.opencontainers.image.created"] == "1970-01-01T00:00:00Z");
    CHECK(scratch::read(out + "/x/blobs/sha256/" + image.layers[1].digest.substr(7)) == store.read(image.layers[1].digest));
    CHECK(names_in(out + "/x/blobs/sha256").size() == 4);
}

TEST_CASE_METHOD(fixture, "a failure leaves nothing", "[oci][output]") {
    std::filesystem::remove(store.path(image.layers[1].digest));
    CHECK_THROWS_AS(oci::write_oci({image}, {}, out + "/x.tar", true, store), failure);
    CHECK_THROWS_AS(oci::write_docker(image, {}, out + "/x.tar", store), failure);
    scratch::write(store.path(image.layers[1].digest), "damaged");
    CHECK(scratch::message_of([&] { oci::write_oci({image}, {}, out + "/x.tar", true, store); }).find("damaged") != std::string::npos);
    CHECK(names_in(out).empty());
    scratch::write(out + "/x.tar", "before");
    CHECK_THROWS_AS(oci::write_oci({image}, {}, out + "/x.tar", true, store), failure);
    CHECK(scratch::read(out + "/x.tar") == "before");
    CHECK_THROWS_AS(oci::write_oci({image}, {}, out + "/no/such/x.tar", true, store), failure);
    CHECK_THROWS_AS(oci::write_oci({image}, {}, out, true, store), failure);
    CHECK_THROWS_AS(oci::write_oci({image}, {"B:d"}, out + "/y.tar", true, store), failure);
    CHECK_THROWS_AS(oci::write_oci({image}, {}, out, false, store), failure);  // not empty, no layout
    CHECK(names_in(out) == std::vector<std::string>{"x.tar"});
}

TEST_CASE_METHOD(fixture, "a name that is none is told before anything is written", "[oci][output]") {
    REQUIRE(scratch::succeeds("mkfifo " + out + "/pipe"));  // nobody reads: opening it would wait
    CHECK_THROWS_AS(oci::write_oci({image}, {"B:d"}, out + "/pipe", true, store), failure);
    CHECK_THROWS_AS(oci::write_docker(image, {"B:d"}, out + "/pipe", store), failure);
}

TEST_CASE_METHOD(fixture, "links and devices", "[oci][output]") {
    scratch::write(d / "real.tar", "");
    std::filesystem::create_symlink(d / "real.tar", out + "/link.tar");
    oci::write_oci({image}, {}, out + "/link.tar", true, store);
    CHECK(std::filesystem::is_symlink(out + "/link.tar"));
    CHECK(std::filesystem::file_size(d / "real.tar") > 1000);
    oci::write_oci({image}, {}, "/dev/null", true, store);
    CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE_METHOD(fixture, "a docker archive", "[oci][output][B007]") {
    oci::write_docker(image, {"app:1", "127.0.0.1:5000/x/y"}, out + "/d.tar", store);
    REQUIRE(scratch::succeeds("mkdir " + out + "/x && tar --warning=no-timestamp -C " + out + "/x -xf " + out + "/d.tar"));
    auto const m = nlohmann::json::parse(scratch::read(out + "/x/manifest.json"));
    REQUIRE(m.size() == 1);
    CHECK(m[0]["RepoTags"] == nlohmann::json{"app:1", "127.0.0.1:5000/x/y:latest"});
    CHECK(files::digest_of(scratch::read(out + "/x/" + m[0]["Config"].get<std::string>())) == image.config_descriptor.digest);
    REQUIRE(m[0]["Layers"].size() == 2);
    CHECK(files::digest_of(scratch::read(out + "/x/" + m[0]["Layers"][1].get<std::string>())) == image.config.diff_ids[1]);
}

TEST_CASE_METHOD(fixture, "a root as tar", "[oci][output][B005]") {
    auto file = std::make_shared<files::node>();
    file->content.text = "hello";
    file->size = 5;
    file->mode = 0640;
    oci::write_tar(files::tree().apply({{"etc/motd", files::change::kind::put, file}}), out + "/r.tar", {});
    CHECK(scratch::succeeds("tar -xOf " + out + "/r.tar etc/motd | grep -qx hello"));
    CHECK(scratch::succeeds("tar -tvf " + out + "/r.tar | grep -q '^-rw-r-----.*etc/motd'"));
}

TEST_CASE_METHOD(fixture, "other tools read what is written", "[oci][output][tools]") {
    auto const arm = scratch::image_of({"arm"}, store, "arm64");
    oci::write_oci({image}, {"app:1"}, out + "/o.tar", true, store);
    oci::write_oci({image}, {"app:1"}, out + "/dir", false, store);
    oci::write_oci({image, arm}, {"app:2"}, out + "/dir", false, store);
    oci::write_docker(image, {"app:1"}, out + "/d.tar", store);
    if (!scratch::installed("skopeo")) {
        WARN("skipped: skopeo is not installed");
    } else {
        CHECK(scratch::succeeds("skopeo inspect oci-archive:" + out + "/o.tar:1"));
        CHECK(scratch::succeeds("skopeo inspect oci:" + out + "/dir:1"));
        CHECK(scratch::succeeds("skopeo inspect --override-arch arm64 oci:" + out + "/dir:2"));
        CHECK(scratch::succeeds("skopeo inspect docker-archive:" + out + "/d.tar"));
        CHECK(scratch::succeeds("skopeo copy --insecure-policy docker-archive:" + out + "/d.tar dir:" + out + "/copy"));
        CHECK_FALSE(scratch::succeeds("skopeo inspect oci:" + out + "/dir:3"));
    }
    if (!scratch::installed("umoci"))
        WARN("skipped: umoci is not installed");
    else
        CHECK(scratch::succeeds("umoci stat --image " + out + "/dir:1"));
}
