// SPDX-License-Identifier: BSL-1.0
#include "../oci/server.hpp"
#include "sample.hpp"

#include <constage/engine/check_store.hpp>

#include <catch2/catch.hpp>

#include "../oci/scratch.hpp"

using namespace constage;
using strings = std::vector<std::string>;

namespace {

/// A registry with one tag, x:1.
struct registry {
    scratch::directory d;
    oci::blob_store blobs{d / "blobs"};
    oci::image image;
    scratch::server server{[this](auto const& r) -> scratch::server::reply {
        auto const name = r.target.substr(r.target.rfind('/') + 1);
        if (r.target == "/v2/x/manifests/1" || name == image.manifest.digest)
            return {200, {"Content-Type: " + std::string(oci::media_type::manifest)}, image.manifest_json};
        if (blobs.has(name)) return {200, {}, blobs.read(name)};
        return {404, {}, ""};
    }};
    std::size_t asked(std::string const& part) const {
        std::size_t n = 0;
        for (auto const& r : server.seen()) n += r.target.find(part) != std::string::npos;
        return n;
    }
};

}  // namespace

TEST_CASE("a tag means what the registry says now", "[B013][S001]") {
    registry r;
    sample s;
    r.image = scratch::image_of({"one"}, r.blobs);
    auto const text = "FROM " + r.server.host() + "/x:1\nLABEL a=b\n";
    for (bool const pull : {false, true}) {
        INFO(pull);
        s.how.pull = pull;
        auto const first = r.image.config.diff_ids.at(0);
        s.build(text);
        CHECK(s.diff_id(0) == first);
        r.image = scratch::image_of({pull ? "three" : "two"}, r.blobs);
        s.build(text);
        CHECK(s.diff_id(0) == r.image.config.diff_ids.at(0));
        CHECK(s.diff_id(0) != first);
    }
}

TEST_CASE("what no stage needs is not asked for, layers only if something reads them", "[S007][C026][X011]") {
    registry r;
    r.image = scratch::image_of({"one"}, r.blobs);
    sample s;
    s.how.build_contexts = {{"lazy", "docker-image://" + r.server.host() + "/x:1"}};
    s.build("FROM lazy AS unused\nFROM nowhere.invalid/y AS too\nFROM scratch\nLABEL a=b\n");
    CHECK(r.server.seen().empty());
    s.build("FROM scratch\nCOPY --from=lazy /0 /file\n");
    CHECK(s.file("file") == "one");
    CHECK(r.asked(r.image.layers.at(0).digest) == 1);
    s.build("FROM scratch\nCOPY --from=lazy /0 /file\nLABEL a=b\n");
    CHECK(r.asked(r.image.layers.at(0).digest) == 1);
}

TEST_CASE("the report says what a base brings, as root and as anyone") {
    registry r;
    r.image = scratch::image_of({"one", "more"}, r.blobs);
    sample s;
    auto const what = dockerfile::read("FROM " + r.server.host() + "/x:1\nCOPY <<E /f\nx\nE\n", {});
    for (bool const again : {false, true}) {
        INFO(again);
        auto const report = engine::build(what, s.how);
        CHECK(report.images.at(0).base_bytes == 7);
        CHECK(report.images.at(0).file_bytes == 7 + 2);
    }
}

TEST_CASE("an image that is only copied onto is listed; its contents come when something reads them", "[C026]") {
    registry r;
    r.image = scratch::image_of({"one", "more"}, r.blobs);
    sample s;
    auto const name = r.server.host() + "/x:1";
    auto const unpacked = [&] {
        std::size_t n = 0;
        for (auto const& l : r.image.layers)
            for (auto const* contents : {"/fs", "/data"})
                n += fs::exists(s.how.store + "/layers/" + l.digest.substr(7) + contents) ? 1u : 0u;
        return n;
    };
    auto const sound = [&] { return engine::check_store(s.how.store).problems.empty(); };
    s.how.outputs = {engine::parse_output("type=oci,dest=" + (s.out.path / "a.tar").string())};
    engine::build(dockerfile::read("FROM " + name + "\nCOPY <<E /f\nx\nE\nWORKDIR /w\n", {}), s.how);
    CHECK(unpacked() == 0);
    CHECK(sound());
    CHECK(r.asked(r.image.layers.at(0).digest) == 1);
    s.build("FROM " + name + "\nCOPY <<E /f\nx\nE\nWORKDIR /w\n");  // with the files as an output
    CHECK(s.file("0") == "one");
    CHECK(s.file("1") == "more");
    CHECK(unpacked() == 2);
    CHECK(sound());
    CHECK(r.asked(r.image.layers.at(0).digest) == 1);
    s.build("FROM scratch\nCOPY --from=" + name + " /1 /file\n");
    CHECK(s.file("file") == "more");
}
