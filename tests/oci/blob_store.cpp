// SPDX-License-Identifier: BSL-1.0
#include "scratch.hpp"

#include <catch2/catch.hpp>

using namespace constage;

namespace {
std::size_t files_in(std::string const& folder) {
    std::size_t n = 0;
    for ([[maybe_unused]] auto const& e : std::filesystem::directory_iterator(folder)) ++n;
    return n;
}
}  // namespace

TEST_CASE("blobs are kept by digest", "[oci][blob_store]") {
    scratch::directory d;
    oci::blob_store store(d.path);
    auto const digest = store.put("hello");
    CHECK(digest == "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    CHECK(store.has(digest));
    CHECK(store.read(digest) == "hello");
    CHECK(store.path(digest) == d / "blobs/sha256/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    CHECK(store.put("hello") == digest);
    CHECK_THROWS_AS(store.read(digest, 4), failure);
    CHECK_THROWS_AS(store.read("sha256:" + std::string(64, '0')), failure);
    CHECK_THROWS_AS(store.path("sha256:../../../etc/passwd"), failure);
    CHECK_THROWS_AS(store.path("md5:" + std::string(64, '0')), failure);
}

TEST_CASE("only what is committed remains", "[oci][blob_store]") {
    scratch::directory d;
    oci::blob_store store(d.path);
    {
        auto const w = store.begin();
        w->write("half");
    }
    CHECK(files_in(d / "blobs/sha256") == 0);
    {
        auto const w = store.begin();
        w->write("wrong");
        CHECK_THROWS_AS(w->commit("sha256:" + std::string(64, '0')), failure);
    }
    CHECK(files_in(d / "blobs/sha256") == 0);
    auto const one = store.begin(), two = store.begin();
    for (auto const& w : {one.get(), two.get()}) {
        w->write("sa");
        w->write("me");
    }
    CHECK(one->commit() == two->commit());
    CHECK(files_in(d / "blobs/sha256") == 1);
}

TEST_CASE("a blob that was cut short is written again", "[oci][blob_store]") {
    scratch::directory d;
    oci::blob_store store(d.path);
    auto const digest = store.put("content");
    std::filesystem::resize_file(store.path(digest), 3);
    CHECK(store.has(digest));
    CHECK_FALSE(store.has(digest, 7));
    CHECK(store.put("content") == digest);
    CHECK(store.has(digest, 7));
    CHECK(store.read(digest) == "content");
}

TEST_CASE("a damaged small blob is not believed", "[oci][blob_store]") {
    scratch::directory d;
    oci::blob_store store(d.path);
    auto const digest = store.put("hello");
    scratch::write(store.path(digest), "hallo");
    CHECK(scratch::message_of([&] { store.read(digest); }).find("damaged") != std::string::npos);
}
