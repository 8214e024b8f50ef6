// SPDX-License-Identifier: BSL-1.0
#include "building.hpp"

#include <catch2/catch.hpp>
#include <constage/engine/cache.hpp>
#include <constage/engine/check_store.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>

#include <set>

using namespace constage;

namespace {

struct listener : recorder {
    std::vector<std::string> warnings;
    void warning(plan::source const&, std::string const& text) override { warnings.push_back(text); }
};

/// A project that is built with stores of several machines.
struct project {
    directory context, base, cache;
    std::string dockerfile;

    project() {
        fs::create_directories(base.path / "bin");
        if (fs::exists("/bin/busybox")) fs::copy("/bin/busybox", base.path / "bin/sh");
        context.write("a.txt", "a");
        context.write("b.txt", "b");
        dockerfile = "FROM base AS tools\nCOPY a.txt /a\n";
        if (can_run()) dockerfile += "RUN /bin/sh -c 'cat /a /a > /made; cat /bin/sh > /large'\n";
        dockerfile += "FROM scratch\nCOPY --from=tools " + made() + " /out\nCOPY b.txt /\n";
    }
    static bool can_run() { return engine::has_privilege() && fs::exists("/bin/busybox"); }
    static std::string made() { return can_run() ? "/made" : "/a"; }

    std::string place() const { return (cache.path / "cache").string(); }
    engine::options options(directory const& store, listener& r) const {
        auto how = options_of(context, store, &r);
        how.build_contexts = {{"base", base.path.string()}};
        return how;
    }
    std::string build(engine::options const& how) const { return engine::build(read(dockerfile), how).images.at(0).digest; }
    std::string write(directory const& store, std::string const& mode) const {
        listener r;
        auto how = options(store, r);
        how.cache_to = {engine::parse_cache_to("type=local,dest=" + place() + ",mode=" + mode)};
        auto const digest = build(how);
        CHECK(r.warnings.empty());
        return digest;
    }
    std::string read_with(directory const& store, listener& r) const {
        auto how = options(store, r);
        how.cache_from = {engine::parse_cache_from("type=local,src=" + place())};
        return build(how);
    }
};

std::set<std::string> blobs(fs::path const& root) {
    std::set<std::string> names;
    for (auto const& e : fs::directory_iterator(root / "blobs/sha256")) names.insert(e.path().filename().string());
    return names;
}

std::uintmax_t largest(fs::path const& root) {
    std::uintmax_t most = 0;
    for (auto const& e : fs::directory_iterator(root / "blobs/sha256")) most = std::max(most, e.file_size());
    return most;
}

}  // namespace

TEST_CASE("with mode=max another machine runs nothing, and gets only what its image needs") {
    project p;
    directory here, there;
    auto const digest = p.write(here, "max");
    listener r;
    CHECK(p.read_with(there, r) == digest);
    CHECK(r.warnings.empty());
    CHECK(r.ran.empty());
    CHECK(r.cached.size() == (project::can_run() ? 4u : 3u));
    if (project::can_run()) {
        CHECK(largest(p.place()) > 300'000);  // the layer with busybox is of a stage that is not in the image
        CHECK(largest(there.path / "store") < 100'000);
    }
    CHECK(engine::check_store((there.path / "store").string()).problems.empty());
    listener again;  // what came is the store's now; what the RUN made did not come
    auto const how = p.options(there, again);
    CHECK(p.build(how) == digest);
    CHECK(again.ran.size() == (project::can_run() ? 1u : 0u));
}

TEST_CASE("a step that runs on a cached one gets its files") {
    if (!project::can_run()) {
        WARN("skipped: needs root and busybox-static");
        return;
    }
    project p;
    directory here, there, alone;
    p.write(here, "max");
    p.dockerfile.insert(p.dockerfile.find("FROM scratch"), "RUN /bin/sh -c 'cat /made /made > /twice; cp /twice /made'\n");
    listener r;
    auto const digest = p.read_with(there, r);
    CHECK(r.ran.size() == 3);
    CHECK(r.ran.at(0).find("/twice") != std::string::npos);
    CHECK(r.cached.size() == 2);
    listener quiet;
    CHECK(p.build(p.options(alone, quiet)) == digest);
}

TEST_CASE("with mode=min the cache holds the image's steps only") {
    project p;
    directory here, there;
    auto const digest = p.write(here, "min");
    auto const small = blobs(p.place());
    listener r;
    CHECK(p.read_with(there, r) == digest);
    CHECK(r.warnings.empty());
    for (auto const& text : r.ran) CHECK((text.find("a.txt") != std::string::npos || text.starts_with("RUN")));
    CHECK(std::find(r.cached.begin(), r.cached.end(), "COPY b.txt /") != r.cached.end());
    fs::remove_all(p.place());
    p.write(here, "max");
    CHECK(blobs(p.place()).size() > small.size() - (project::can_run() ? 0 : 1));
}

TEST_CASE("a cache that is missing, strange or damaged is a warning, and the build is right") {
    project p;
    directory here, there;
    auto const digest = p.write(here, "max");
    fs::path const place = p.place();
    bool begins_anew = false;
    SECTION("missing") { fs::remove_all(place); }
    SECTION("no layout") {
        fs::remove_all(place);
        fs::create_directories(place);
    }
    SECTION("an image, no cache") {
        fs::remove_all(place);
        listener quiet;
        auto how = p.options(here, quiet);
        how.outputs = {engine::parse_output("type=oci,tar=false,dest=" + place.string())};
        p.build(how);
    }
    SECTION("an index that is no JSON") { std::ofstream(place / "index.json") << "{\"manifests\":[{"; }
    SECTION("every blob is gone") {
        for (auto const& name : blobs(place)) fs::remove(place / "blobs/sha256" / name);
    }
    SECTION("every blob is cut short") {
        for (auto const& name : blobs(place)) fs::resize_file(place / "blobs/sha256" / name, 10);
    }
    SECTION("a layer of the image is gone") {
        begins_anew = true;
        auto const shared = blobs(here.path / "store");
        for (auto const& name : blobs(place)) {
            auto const file = place / "blobs/sha256" / name;
            std::ifstream in(file);
            if (in.get() != '{' && fs::file_size(file) < 400) fs::remove(file);  // small layers: of COPY; the records are larger
        }
    }
    listener r;
    CHECK(p.read_with(there, r) == digest);
    REQUIRE(r.warnings.size() == 1);
    INFO(r.warnings.at(0));
    CHECK((r.warnings.at(0).find("begins anew") != std::string::npos) == begins_anew);
    CHECK(r.ran.size() == (project::can_run() ? 4u : 3u));
    CHECK(engine::check_store((there.path / "store").string()).problems.empty());
}

TEST_CASE("a cache that cannot be written fails the build, unless ignore-error says that it may") {
    project p;
    directory here;
    p.context.write("file", "");
    auto const nowhere = (p.context.path / "file/cache").string();
    listener r;
    auto how = p.options(here, r);
    how.cache_to = {engine::parse_cache_to("type=local,dest=" + nowhere)};
    CHECK_THROWS_AS(p.build(how), failure);
    how.cache_to = {engine::parse_cache_to("type=local,ignore-error=true,dest=" + nowhere)};
    p.build(how);
    REQUIRE(r.warnings.size() == 1);
    CHECK(r.warnings.at(0).find("was not written") != std::string::npos);
}

TEST_CASE("the places of caches are spelled as buildx does") {
    auto const to = engine::parse_cache_to("type=registry,ref=host:5000/app:cache,mode=max");
    CHECK(to.registry);
    CHECK(to.where == "host:5000/app:cache");
    CHECK(to.all);
    CHECK_FALSE(to.ignore_error);
    CHECK(engine::parse_cache_to("host/app:cache").where == "host/app:cache");
    CHECK_FALSE(engine::parse_cache_to("host/app:cache").all);
    auto const from = engine::parse_cache_from("type=local,src=dir,tag=main");
    CHECK_FALSE(from.registry);
    CHECK(from.where == "dir");
    CHECK(from.tag == "main");
    CHECK(engine::parse_cache_from("app:cache").registry);
    for (auto const* text :
         {"", "type=s3,bucket=b", "type=local", "type=local,src=x", "type=registry,ref=a,mode=most", "type=registry,nonsense"})
        CHECK_THROWS_AS(engine::parse_cache_to(text), failure);
    for (auto const* text : {"", "type=gha", "type=local,dest=x", "type=registry"})
        CHECK_THROWS_AS(engine::parse_cache_from(text), failure);
}
