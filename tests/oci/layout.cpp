// SPDX-License-Identifier: BSL-1.0
#include "scratch.hpp"

#include <catch2/catch.hpp>

using namespace constage;

namespace {

oci::platform const amd64;

std::string text_of(oci::blob_store const& store, oci::descriptor const& layer) {
    auto const tar = store.read(layer.digest);
    return tar.substr(512, tar.find('\0', 512) - 512);
}

}  // namespace

TEST_CASE("a layout is read: directory, tar, compressed tar", "[oci][layout]") {
    scratch::directory d;
    oci::blob_store store(d / "a"), other(d / "b");
    auto const image = scratch::image_of({"one", std::string(2u << 20, 'x')}, store);
    oci::write_oci({image}, {"app:1"}, d / "dir", false, store);
    oci::write_oci({image}, {"app:1"}, d / "x.tar", true, store);
    REQUIRE(scratch::succeeds("gzip -k " + (d / "x.tar")));
    for (auto const* name : {"dir", "x.tar", "x.tar.gz"})
        for (auto const* selector : {"", "1", "app:1", "docker.io/library/app:1"}) {
            INFO(name << " " << selector);
            auto const source = oci::open_layout(d / name, selector, other);
            auto const found = source->resolve(amd64);
            CHECK(found.manifest.digest == image.manifest.digest);
            CHECK(found.config.cmd == image.config.cmd);
            REQUIRE(found.layers.size() == 2);
            CHECK_FALSE(other.has(found.layers[0].digest));
            std::uint64_t done = 0, total = 0;
            for (auto const& l : found.layers)
                source->fetch(l,
                              [&](std::uint64_t n, std::uint64_t of) {
                                  done = n;
                                  total = of;
                              },
                              {});
            CHECK(done == found.layers[1].size);
            CHECK(total == done);
            CHECK(text_of(other, found.layers[0]) == "one");
            std::filesystem::remove_all(d / "b");
        }
}

TEST_CASE("which image of a layout", "[oci][layout]") {
    scratch::directory d;
    oci::blob_store store(d / "a");
    auto const one = scratch::image_of({"one"}, store), two = scratch::image_of({"two"}, store);
    oci::write_oci({one}, {"app:1"}, d / "l", false, store);
    oci::write_oci({two}, {"app:2"}, d / "l", false, store);
    auto const find = [&](std::string const& selector) {
        return oci::open_layout(d / "l", selector, store)->resolve(amd64).manifest.digest;
    };
    CHECK(find("1") == one.manifest.digest);
    CHECK(find("2") == two.manifest.digest);
    CHECK(find(two.manifest.digest) == two.manifest.digest);
    auto const several = scratch::message_of([&] { find(""); });
    CHECK(several.find("several images") != std::string::npos);
    CHECK(several.find("1, 2") != std::string::npos);
    CHECK(scratch::message_of([&] { find("3"); }).find("no image \"3\"") != std::string::npos);
    oci::write_oci({two}, {"app:latest"}, d / "l", false, store);
    CHECK(find("") == two.manifest.digest);
    oci::write_oci({one}, {"app:latest"}, d / "l", false, store);
    CHECK(find("") == one.manifest.digest);
}

TEST_CASE("several platforms in a layout", "[oci][layout]") {
    scratch::directory d;
    oci::blob_store store(d / "a");
    auto const amd = scratch::image_of({"amd"}, store, "amd64"), arm = scratch::image_of({"arm"}, store, "arm64");
    oci::write_oci({amd, arm}, {"app"}, d / "x.tar", true, store);
    auto const find = [&](char const* p) {
        return oci::open_layout(d / "x.tar", "", store)->resolve(oci::parse_platform(p)).manifest.digest;
    };
    CHECK(find("linux/amd64") == amd.manifest.digest);
    CHECK(find("linux/arm64") == arm.manifest.digest);
    CHECK(scratch::message_of([&] { find("linux/s390x"); }).find("only for linux/amd64, linux/arm64") != std::string::npos);
}

TEST_CASE("damaged layouts", "[oci][layout]") {
    scratch::directory d;
    oci::blob_store store(d / "a"), other(d / "b");
    auto const image = scratch::image_of({"one"}, store);
    oci::write_oci({image}, {}, d / "l", false, store);
    auto const blob = [&](std::string const& digest) { return d / ("l/blobs/sha256/" + digest.substr(7)); };
    auto const layer = image.layers[0];
    auto const resolve = [&] { return scratch::message_of([&] { oci::open_layout(d / "l", "", other)->resolve(amd64); }); };
    auto const fetch = [&] {
        auto const source = oci::open_layout(d / "l", "", other);
        auto const found = source->resolve(amd64);
        return scratch::message_of([&] { source->fetch(found.layers[0], {}, {}); });
    };
    SECTION("not damaged") {
        CHECK(resolve().empty());
        CHECK(fetch().empty());
    }
    SECTION("other bytes in a layer") {
        auto bytes = scratch::read(blob(layer.digest));
        bytes[600] = '!';
        scratch::write(blob(layer.digest), bytes);
        CHECK(fetch().find("must be " + layer.digest) != std::string::npos);
        CHECK_FALSE(other.has(layer.digest));
    }
    SECTION("shorter") {
        scratch::write(blob(layer.digest), "x");
        CHECK(fetch().find("has 1 bytes") != std::string::npos);
    }
    SECTION("longer") {
        scratch::write(blob(layer.digest), scratch::read(blob(layer.digest)) + "x");
        CHECK(fetch().find("is larger") != std::string::npos);
    }
    SECTION("a layer is missing") {
        std::filesystem::remove(blob(layer.digest));
        CHECK(fetch().find("lacks blobs/sha256/") != std::string::npos);
    }
    SECTION("a directory in place of a layer") {
        std::filesystem::remove(blob(layer.digest));
        std::filesystem::create_directory(blob(layer.digest));
        CHECK(fetch().find("lacks blobs/sha256/") != std::string::npos);
    }
    SECTION("the config is missing") {
        std::filesystem::remove(blob(image.config_descriptor.digest));
        CHECK(resolve().find("lacks the blob " + image.config_descriptor.digest) != std::string::npos);
    }
    SECTION("another manifest") {
        scratch::write(blob(image.manifest.digest), std::string(image.manifest.size, ' '));
        CHECK(resolve().find("must be " + image.manifest.digest) != std::string::npos);
    }
    SECTION("no index") {
        std::filesystem::remove(d / "l/index.json");
        CHECK(resolve().find("neither an OCI layout") != std::string::npos);
    }
    SECTION("an index that is huge") {
        scratch::write(d / "l/index.json", std::string(17u << 20, ' '));
        CHECK(resolve().find("larger than") != std::string::npos);
    }
    SECTION("an index of nothing") {
        scratch::write(d / "l/index.json", "{}");
        CHECK(resolve().find("no image") != std::string::npos);
    }
    SECTION("nothing there") {
        CHECK(scratch::message_of([&] { oci::open_layout(d / "none", "", other); }).find("cannot open") == 0);
    }
    SECTION("no archive") {
        scratch::write(d / "file", "hello");
        CHECK(scratch::message_of([&] { oci::open_layout(d / "file", "", other)->resolve(amd64); }) != "");
    }
}

TEST_CASE("cancelled", "[oci][layout]") {
    scratch::directory d;
    oci::blob_store store(d / "a"), other(d / "b");
    auto const image = scratch::image_of({"one"}, store);
    oci::write_oci({image}, {}, d / "l", false, store);
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_WITH(oci::open_layout(d / "l", "", other)->fetch(image.layers[0], {}, stop.get_token()), "cancelled");
    CHECK_FALSE(other.has(image.layers[0].digest));
}

TEST_CASE("archives of docker save", "[oci][docker_archive]") {
    scratch::directory d;
    oci::blob_store store(d / "a"), other(d / "b");
    auto const image = scratch::image_of({"one", "two"}, store);
    auto const layer = [&](std::size_t i) { return store.read(image.layers[i].digest); };
    scratch::write(d / "s/c.json", oci::to_json(image.config));
    scratch::write(d / "s/manifest.json", R"([{"Config":"c.json","RepoTags":["app:1"],"Layers":["one/layer.tar","two/layer.tar"]}])");
    scratch::write(d / "s/one/layer.tar", layer(0));
    auto const pack = [&] { REQUIRE(scratch::succeeds("tar -C " + (d / "s") + " -cf " + (d / "x.tar") + " .")); };
    auto const open = [&](std::string const& selector) { return oci::open_layout(d / "x.tar", selector, other); };
    SECTION("plain layers") {
        scratch::write(d / "s/two/layer.tar", layer(1));
        pack();
        for (auto const* selector : {"", "1", "app:1", "docker.io/library/app:1"}) {
            auto const source = open(selector);
            auto const found = source->resolve(amd64);
            REQUIRE(found.layers.size() == 2);
            CHECK(found.layers[1].digest == image.layers[1].digest);
            CHECK(files::digest_of(found.manifest_json) == found.manifest.digest);
            for (auto const& l : found.layers) source->fetch(l, {}, {});
            CHECK(text_of(other, found.layers[1]) == "two");
        }
        CHECK(scratch::message_of([&] { open("2")->resolve(amd64); }).find("it has app:1") != std::string::npos);
    }
    SECTION("a layer that is a link to another, as old versions write") {
        std::filesystem::create_directory(d / "s/two");
        std::filesystem::create_symlink("../one/layer.tar", d / "s/two/layer.tar");
        auto config = image.config;
        config.diff_ids[1] = config.diff_ids[0];
        scratch::write(d / "s/c.json", oci::to_json(config));
        pack();
        auto const source = open("");
        auto const found = source->resolve(amd64);
        source->fetch(found.layers[1], {}, {});
        CHECK(text_of(other, found.layers[1]) == "one");
    }
    SECTION("a link that leads in a circle or out") {
        for (auto const* target : {"layer.tar", "../../../../etc/passwd", "/etc/passwd"}) {
            std::filesystem::remove_all(d / "s/two");
            std::filesystem::create_directory(d / "s/two");
            std::filesystem::create_symlink(target, d / "s/two/layer.tar");
            pack();
            CHECK(scratch::message_of([&] { open("")->resolve(amd64); }).find("lacks the layer two/layer.tar") != std::string::npos);
        }
    }
    SECTION("compressed layers") {
        scratch::write(d / "s/two/layer.tar", layer(1));
        REQUIRE(
            scratch::succeeds("gzip " + (d / "s/two/layer.tar") + " && mv " + (d / "s/two/layer.tar.gz") + " " + (d / "s/two/layer.tar")));
        pack();
        auto const source = open("");
        auto const found = source->resolve(amd64);
        CHECK(found.layers[1].media_type == "application/vnd.oci.image.layer.v1.tar+gzip");
        source->fetch(found.layers[1], {}, {});
        CHECK(files::digest_of(scratch::read(d / "s/two/layer.tar")) == found.layers[1].digest);
    }
    SECTION("a layer that is not what the config says") {
        scratch::write(d / "s/two/layer.tar", layer(0));
        pack();
        auto const source = open("");
        auto const found = source->resolve(amd64);
        CHECK(scratch::message_of([&] { source->fetch(found.layers[1], {}, {}); }).find("must be") != std::string::npos);
    }
    SECTION("too few layers") {
        scratch::write(d / "s/manifest.json", R"([{"Config":"c.json","Layers":["one/layer.tar"]}])");
        pack();
        CHECK(scratch::message_of([&] { open("")->resolve(amd64); }).find("has 1 layers") != std::string::npos);
    }
}
