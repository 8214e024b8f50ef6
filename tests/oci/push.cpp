// SPDX-License-Identifier: BSL-1.0
#include "scratch.hpp"
#include "server.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

using namespace constage;
using scratch::server;

namespace {

/// Debian's docker-registry on a free port, for the length of a test.
class registry {
public:
    explicit registry(scratch::directory const& d) {
        {
            server free([](auto const&) { return server::reply{}; });
            host = free.host();
        }
        scratch::write(d / "registry.yml", "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: " + (d / "registry") +
                                               "}}\nhttp: {addr: '" + host + "'}\n");
        std::string const command = "exec docker-registry serve " + (d / "registry.yml") + " >" + (d / "registry.log") + " 2>&1";
        char const* arguments[] = {"sh", "-c", command.c_str(), nullptr};
        if (::posix_spawnp(&pid_, "sh", nullptr, nullptr, const_cast<char**>(arguments), environ) != 0) pid_ = -1;
        oci::blob_store nothing(d / "nothing");
        for (int i = 0; i < 200; ++i) {  // until it answers
            auto const said = scratch::message_of([&] { oci::open_registry(oci::parse_reference(host + "/x"), nothing, {})->resolve({}); });
            if (said.find("404") != std::string::npos) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        FAIL("docker-registry does not start: " << scratch::read(d / "registry.log"));
    }
    registry(registry const&) = delete;
    registry& operator=(registry const&) = delete;
    ~registry() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGTERM);
        ::waitpid(pid_, nullptr, 0);
    }
    std::string host;

private:
    pid_t pid_ = -1;
};

struct fixture {
    scratch::directory d;
    oci::blob_store store{d / "store"}, other{d / "other"};
    oci::registry_options options;
    fixture() { options.docker_config = d / "config.json"; }
};

}  // namespace

TEST_CASE_METHOD(fixture, "push to a registry and pull again", "[oci][push][tools][B008]") {
    if (!scratch::installed("docker-registry")) {
        WARN("skipped: docker-registry is not installed");
        return;
    }
    registry r(d);
    auto const amd = scratch::image_of({"one", std::string(3u << 20, 'x')}, store);
    auto const arm = scratch::image_of({"one", "arm"}, store, "arm64");
    auto const to = oci::parse_reference(r.host + "/a/b:1");
    std::uint64_t done = 0, total = 0;
    auto const count = [&](std::uint64_t n, std::uint64_t of) {
        done = n;
        total = of;
    };
    CHECK(oci::push(amd, to, store, options, count, {}) == amd.manifest.digest);
    CHECK(done == total);
    CHECK(total == amd.layers[0].size + amd.layers[1].size + amd.config_descriptor.size);

    auto const source = oci::open_registry(to, other, options);
    auto const found = source->resolve({});
    CHECK(found.manifest.digest == amd.manifest.digest);
    for (auto const& l : found.layers) CHECK(l.found_in == r.host + "/a/b");
    for (auto const& l : found.layers) source->fetch(l, {}, {});
    CHECK(other.has(amd.layers[1].digest));

    auto const both = oci::parse_reference(r.host + "/a/b:both");
    auto const index = oci::push(std::vector{amd, arm}, both, store, options, {}, {});
    CHECK(oci::open_registry(both, other, options)->resolve(oci::parse_platform("linux/arm64")).manifest.digest == arm.manifest.digest);
    CHECK(oci::open_registry(oci::parse_reference(r.host + "/a/b@" + index), other, options)->resolve({}).manifest.digest ==
          amd.manifest.digest);
    CHECK(scratch::message_of([&] {
              oci::open_registry(oci::parse_reference(r.host + "/a/b:none"), other, options)->resolve({});
          }).find("there is none") != std::string::npos);
    if (scratch::installed("skopeo"))
        CHECK(scratch::succeeds("skopeo inspect --tls-verify=false docker://" + r.host + "/a/b:both"));
    else
        WARN("skipped: skopeo is not installed");
}

TEST_CASE_METHOD(fixture, "only what is missing is uploaded", "[oci][push]") {
    auto const image = scratch::image_of({"one", "two"}, store);
    std::vector<std::string> uploaded;
    int broken = 0;
    server s([&](auto const& r) -> server::reply {
        if (r.method == "HEAD") return {r.target.ends_with(image.layers[0].digest) ? 200 : 404, {}, ""};
        if (r.method == "POST") return {202, {"Location: /up?state=1"}, ""};
        if (r.target.starts_with("/up?state=1&digest=") && broken-- > 0) return {500, {"Retry-After: 0"}, ""};
        uploaded.push_back(files::digest_of(r.body));
        return {201, {}, ""};
    });
    auto const push = [&](std::string const& name) {
        return scratch::message_of([&] { oci::push(image, oci::parse_reference(s.host() + name), store, options, {}, {}); });
    };
    options.parallel = 1;
    SECTION("at once") {}
    SECTION("after a failure") { broken = 2; }
    CHECK(push("/app:1").empty());
    CHECK(uploaded == std::vector<std::string>{image.layers[1].digest, image.config_descriptor.digest, image.manifest.digest});
    CHECK(s.seen().back().target == "/v2/app/manifests/1");
    CHECK(s.seen().back().header("content-type") == oci::media_type::manifest);
    SECTION("too many failures") {
        broken = 100;
        CHECK(push("/app:1").find("status 500") != std::string::npos);
        CHECK(uploaded.size() == 3);
    }
    SECTION("a digest that differs") { CHECK(push("/app@sha256:" + std::string(64, '0')).find("the digests differ") != std::string::npos); }
    SECTION("a layer that is not in the store") {
        std::filesystem::remove(store.path(image.layers[1].digest));
        CHECK(push("/app:1").find("lacks the blob") != std::string::npos);
        CHECK(uploaded.size() == 3);
    }
}

TEST_CASE_METHOD(fixture, "an upload elsewhere does not see the token", "[oci][push][auth]") {
    auto const image = scratch::image_of({}, store);
    server storage([&](auto const&) -> server::reply { return {201, {}, ""}; });
    server s([&](auto const& r) -> server::reply {
        if (r.header("authorization") != "Basic dTpw") return {401, {"WWW-Authenticate: Basic realm=\"x\""}, ""};
        if (r.method == "HEAD") return {404, {}, ""};
        if (r.method == "POST") return {202, {"Location: http://" + storage.host() + "/up"}, ""};
        return {201, {}, ""};
    });
    scratch::write(options.docker_config, R"({"auths":{")" + s.host() + R"(":{"auth":"dTpw"}}})");
    oci::push(image, oci::parse_reference(s.host() + "/app:1"), store, options, {}, {});
    REQUIRE(storage.seen().size() == 1);
    CHECK(storage.seen()[0].header("authorization").empty());
    CHECK(storage.seen()[0].body == store.read(image.config_descriptor.digest));
}

TEST_CASE_METHOD(fixture, "a push that may not be", "[oci][push]") {
    auto const image = scratch::image_of({"one"}, store);
    server s([&](auto const&) -> server::reply { return {403, {}, R"({"errors":[{"message":"read only"}]})"}; });
    auto const message = scratch::message_of([&] { oci::push(image, oci::parse_reference(s.host() + "/app:1"), store, options, {}, {}); });
    CHECK(message.find("refuses access") != std::string::npos);
    CHECK(message.find("docker login") != std::string::npos);
}

TEST_CASE_METHOD(fixture, "a blob of another repository is mounted", "[oci][push]") {
    auto image = scratch::image_of({"base", "new"}, store);
    auto const base = image.layers[0].digest;
    server::reply mounting{201, {"Location: /v2/app/blobs/" + base}, ""};
    std::vector<std::string> uploaded;
    server s([&](auto const& r) -> server::reply {
        if (r.method == "HEAD") return {404, {}, ""};
        if (r.target.find("mount=") != r.target.npos) return mounting;
        if (r.method == "POST") return {202, {"Location: /plain?state=1"}, ""};
        uploaded.push_back(r.target.substr(0, r.target.find('?')) + " " + files::digest_of(r.body));
        return {201, {}, ""};
    });
    auto const push = [&](std::string const& found_in) {
        image.layers[0].found_in = found_in;
        return scratch::message_of([&] { oci::push(image, oci::parse_reference(s.host() + "/app:1"), store, options, {}, {}); });
    };
    auto const posts = [&] {
        std::vector<std::string> targets;
        for (auto const& r : s.seen())
            if (r.method == "POST") targets.push_back(r.target);
        return targets;
    };
    options.parallel = 1;
    std::string const plain = "/v2/app/blobs/uploads/", mount = plain + "?mount=sha256%3A" + base.substr(7) + "&from=library%2Fbase";
    std::vector<std::string> const rest = {"/plain " + image.layers[1].digest, "/plain " + image.config_descriptor.digest,
                                           "/v2/app/manifests/1 " + image.manifest.digest};
    auto const with_base = [&](std::string const& place) {
        auto all = rest;
        all.insert(all.begin(), place + " " + base);
        return all;
    };
    SECTION("and not even read here") {
        std::filesystem::remove(store.path(base));
        CHECK(push(s.host() + "/library/base").empty());
        CHECK(uploaded == rest);
        CHECK(posts() == std::vector{mount, plain, plain});
    }
    SECTION("or goes to the session that the registry offers instead") {
        mounting = {202, {"Location: /offered?state=2"}, ""};
        CHECK(push(s.host() + "/library/base").empty());
        CHECK(uploaded == with_base("/offered"));
        CHECK(posts() == std::vector{mount, plain, plain});
    }
    SECTION("or is sent as any other where the registry refuses") {
        mounting = {GENERATE(401, 403, 404, 405), {}, ""};
        CHECK(push(s.host() + "/library/base").empty());
        CHECK(uploaded == with_base("/plain"));
        CHECK(posts() == std::vector{mount, plain, plain, plain});
    }
    SECTION("unless the registry or the repository is not another one of this registry") {
        auto const place = GENERATE(as<std::string>(), "HOST/app", "HOST0/library/base", "docker.io/library/base", "");
        CHECK(push(place.starts_with("HOST") ? s.host() + place.substr(4) : place).empty());
        CHECK(uploaded == with_base("/plain"));
        CHECK(posts() == std::vector{plain, plain, plain});
    }
    SECTION("and is missed if it is nowhere") {
        mounting = {404, {}, ""};
        std::filesystem::remove(store.path(base));
        CHECK(push(s.host() + "/library/base").find("lacks the blob " + base) != std::string::npos);
    }
}

TEST_CASE_METHOD(fixture, "the token allows reading where a blob is mounted from", "[oci][push][auth]") {
    auto image = scratch::image_of({"base"}, store);
    std::string base, asked;
    bool others_allowed = true;
    server s([&](auto const& r) -> server::reply {
        auto const is = [&](char const* text) { return (r.target + r.body).find(text) != std::string::npos; };
        if (r.target.starts_with("/token")) {
            bool const both = is("repository%3Alibrary%2Fbase%3Apull");
            asked = r.method == "GET" ? r.target : r.body;
            if (!is("scope=repository%3Aapp%3Apull%2Cpush") || (both && !others_allowed)) return {403, {}, ""};
            return {200, {}, both ? R"({"token":"both"})" : R"({"token":"one"})"};
        }
        auto const door = r.header("authorization");
        bool const mounts = is("mount=");
        if (door != "Bearer both" && (mounts || door != "Bearer one"))
            return {401, {"WWW-Authenticate: Bearer realm=\"" + base + "/token\",service=\"me\""}, ""};
        if (r.method == "HEAD") return {404, {}, ""};
        if (r.method == "POST" && !mounts) return {202, {"Location: /up"}, ""};
        return {201, {}, ""};
    });
    base = "http://" + s.host();
    image.layers[0].found_in = s.host() + "/library/base";
    auto const uploads = [&] {
        oci::push(image, oci::parse_reference(s.host() + "/app:1"), store, options, {}, {});
        auto const seen = s.seen();
        return std::count_if(seen.begin(), seen.end(), [](auto const& r) { return r.method == "PUT" && r.target.starts_with("/up"); });
    };
    SECTION("asked for in the query") {
        CHECK(uploads() == 1);  // the config
        CHECK(asked == "/token?service=me&scope=repository%3Aapp%3Apull%2Cpush&scope=repository%3Alibrary%2Fbase%3Apull");
    }
    SECTION("asked for with an identity token") {
        scratch::write(options.docker_config, R"({"auths":{")" + s.host() + R"(":{"identitytoken":"me"}}})");
        CHECK(uploads() == 1);
        CHECK(asked.find("scope=repository%3Aapp%3Apull%2Cpush%20repository%3Alibrary%2Fbase%3Apull&") != std::string::npos);
    }
    SECTION("or is one for the push alone if that is refused") {
        others_allowed = false;
        CHECK(uploads() == 2);
    }
}
