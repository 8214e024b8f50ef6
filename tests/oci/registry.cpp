// SPDX-License-Identifier: BSL-1.0
#include "scratch.hpp"
#include "server.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>

using namespace constage;
using scratch::server;

namespace {

oci::platform const amd64;

/// An image in a store of its own, a registry that hands it out, and an empty store to pull it into.
struct fixture {
    scratch::directory d;
    oci::blob_store theirs{d / "theirs"}, ours{d / "ours"};
    oci::image image = scratch::image_of({std::string(300'000, 'x')}, theirs);
    oci::registry_options options;
    fixture() { options.docker_config = d / "config.json"; }

    server::reply answer(server::request const& r) const {
        auto const name = r.target.substr(r.target.rfind('/') + 1);
        if (r.target.starts_with("/v2/app/manifests/")) {
            if (name != "1" && name != image.manifest.digest)
                return {404, {}, R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]})"};
            return {200, {"Content-Type: " + std::string(oci::media_type::manifest)}, image.manifest_json};
        }
        if (r.target.starts_with("/v2/app/blobs/") && theirs.has(name)) return {200, {}, theirs.read(name)};
        return {404, {}, ""};
    }
    std::unique_ptr<oci::source> open(server const& s, std::string const& name = "/app:1") {
        return oci::open_registry(oci::parse_reference(s.host() + name), ours, options);
    }
    std::string fetch(server const& s) {
        auto const source = open(s);
        auto const found = source->resolve(amd64);
        return scratch::message_of([&] { source->fetch(found.layers.at(0), {}, {}); });
    }
    oci::descriptor const& layer() const { return image.layers[0]; }
};

bool is_layer(fixture const& f, server::request const& r) { return r.target.ends_with(f.layer().digest); }
bool is_manifest(server::request const& r) { return r.target.find("/manifests/") != std::string::npos; }

/// "bytes=100-" → 100, 0 if all is asked for
std::size_t begin_of(server::request const& r) {
    auto const range = r.header("range");
    return range.empty() ? 0 : std::stoul(range.substr(6));
}

}  // namespace

TEST_CASE_METHOD(fixture, "pull", "[oci][registry]") {
    server s([&](auto const& r) { return answer(r); });
    auto const source = open(s);
    CHECK(source->describe() == s.host() + "/app:1");
    CHECK(s.seen().empty());
    auto const found = source->resolve(amd64);
    CHECK(found.manifest.digest == image.manifest.digest);
    CHECK(found.config.diff_ids == image.config.diff_ids);
    CHECK_FALSE(ours.has(layer().digest));
    std::uint64_t done = 0;
    source->fetch(layer(), [&](std::uint64_t n, std::uint64_t) { done = n; }, {});
    CHECK(done == layer().size);
    CHECK(ours.read(layer().digest) == theirs.read(layer().digest));
    auto const asked = s.seen().size();
    source->fetch(layer(), {}, {});
    CHECK(s.seen().size() == asked);
    // By digest, and all documents are here: nobody is asked.
    CHECK(open(s, "/app@" + image.manifest.digest)->resolve(amd64).manifest.digest == image.manifest.digest);
    CHECK(s.seen().size() == asked);
}

TEST_CASE_METHOD(fixture, "a broken connection is resumed", "[oci][registry]") {
    std::vector<std::size_t> begins;
    bool ranges = true;
    server s([&](auto const& r) {
        auto a = answer(r);
        if (!is_layer(*this, r)) return a;
        begins.push_back(begin_of(r));
        if (ranges && begin_of(r) > 0) {
            a.status = 206;
            a.headers.push_back("Content-Range: bytes " + std::to_string(begin_of(r)) + "-" + std::to_string(a.body.size() - 1) + "/" +
                                std::to_string(a.body.size()));
            a.body.erase(0, begin_of(r));
        }
        if (begins.size() < 3) a.cut = begins.size() * 100'000;
        return a;
    });
    SECTION("in the middle") {
        CHECK(fetch(s).empty());
        CHECK(begins == std::vector<std::size_t>{0, 100'000, 300'000});
    }
    SECTION("from the start, if the registry knows no ranges") {
        ranges = false;
        CHECK(fetch(s).empty());
        CHECK(begins == std::vector<std::size_t>{0, 100'000, 200'000});
    }
    CHECK(ours.read(layer().digest) == theirs.read(layer().digest));
}

TEST_CASE_METHOD(fixture, "what passes is tried again, a few times", "[oci][registry]") {
    int left = 2;
    server s([&](auto const& r) -> server::reply {
        if (left-- > 0) return {503, {"Retry-After: 0"}, ""};
        return answer(r);
    });
    CHECK(fetch(s).empty());
    left = 1000;
    ours = oci::blob_store(d / "other");
    CHECK(scratch::message_of([&] { open(s)->resolve(amd64); }).find("status 503") != std::string::npos);
    CHECK(left > 990);
}

TEST_CASE_METHOD(fixture, "what a registry sends wrongly", "[oci][registry]") {
    std::function<void(server::request const&, server::reply&)> spoil;
    server s([&](auto const& r) {
        auto a = answer(r);
        spoil(r, a);
        return a;
    });
    SECTION("other bytes") {
        spoil = [&](auto const& r, auto& a) {
            if (is_layer(*this, r)) a.body[1000] = '!';
        };
        CHECK(fetch(s).find("damaged") != std::string::npos);
    }
    SECTION("too many bytes") {
        spoil = [&](auto const& r, auto& a) {
            if (is_layer(*this, r)) a.body += "x";
        };
        CHECK(fetch(s).find("is larger") != std::string::npos);
    }
    SECTION("too few bytes, again and again") {
        spoil = [&](auto const& r, auto& a) {
            if (is_layer(*this, r)) {
                a.headers.push_back("Retry-After: 0");
                a.body.resize(10);
            }
        };
        CHECK(fetch(s).find("has 10 bytes") != std::string::npos);
    }
    SECTION("another range") {
        spoil = [&](auto const& r, auto& a) {
            if (!is_layer(*this, r)) return;
            if (begin_of(r) == 0) {
                a.cut = 1000;
                return;
            }
            a.status = 206;
            a.headers.push_back("Content-Range: bytes 5000-9999/10000");
        };
        CHECK(fetch(s).find("another part") != std::string::npos);
    }
    SECTION("no layer") {
        spoil = [&](auto const& r, auto& a) {
            if (is_layer(*this, r)) a = {404, {}, ""};
        };
        CHECK(fetch(s).find("there is none") != std::string::npos);
    }
    SECTION("another manifest for a digest") {
        spoil = [&](auto const& r, auto& a) {
            if (is_manifest(r)) a.body += " ";
        };
        CHECK(scratch::message_of([&] { open(s, "/app@" + image.manifest.digest)->resolve(amd64); }).find("the registry sent") !=
              std::string::npos);
    }
    SECTION("a manifest that is not what its header says") {
        spoil = [&](auto const&, auto& a) { a.headers.push_back("Docker-Content-Digest: sha256:" + std::string(64, '0')); };
        CHECK(scratch::message_of([&] { open(s)->resolve(amd64); }).find("the registry says") != std::string::npos);
    }
    SECTION("a huge manifest") {
        spoil = [&](auto const&, auto& a) { a.body = std::string(17u << 20, ' '); };
        CHECK(scratch::message_of([&] { open(s)->resolve(amd64); }).find("more than") != std::string::npos);
    }
    SECTION("a page") {
        spoil = [&](auto const&, auto& a) { a = {200, {"Content-Type: text/html"}, "<html>"}; };
        CHECK(scratch::message_of([&] { open(s)->resolve(amd64); }).find("no JSON") != std::string::npos);
    }
    CHECK_FALSE(ours.has(layer().digest));
}

TEST_CASE_METHOD(fixture, "failures say what to do", "[oci][registry]") {
    server s([&](auto const& r) -> server::reply {
        if (r.target.find("/secret/") != std::string::npos) return {401, {"WWW-Authenticate: Basic realm=x"}, ""};
        return answer(r);
    });
    auto const none = scratch::message_of([&] { open(s, "/app:2")->resolve(amd64); });
    CHECK(none.find("there is none (404, manifest unknown)") != std::string::npos);
    CHECK(none.find("check the image's name and tag") != std::string::npos);
    CHECK(scratch::message_of([&] { open(s, "/secret:1")->resolve(amd64); }).find("`docker login " + s.host() + "`") != std::string::npos);
    auto const closed = oci::parse_reference("127.0.0.1:1/app");
    CHECK(scratch::message_of([&] { oci::open_registry(closed, ours, options)->resolve(amd64); }).find("whether it is running") !=
          std::string::npos);
    oci::registry_options plain = options;
    auto const elsewhere = oci::parse_reference("no-such-host.invalid/app");
    CHECK(scratch::message_of([&] {
              oci::open_registry(elsewhere, ours, plain)->resolve(amd64);
          }).starts_with("no-such-host.invalid/app:latest: "));
}

TEST_CASE_METHOD(fixture, "tokens", "[oci][registry][auth]") {
    std::atomic<int> issued{0};
    std::string base;
    server s([&](auto const& r) -> server::reply {
        if (r.target.starts_with("/token?")) {
            if (r.target.find("scope=repository%3Aapp%3Apull") == std::string::npos || r.target.find("service=me") == std::string::npos)
                return {400, {}, ""};
            if (r.header("authorization") != "Basic dTpw") return {401, {}, ""};
            return {200, {}, R"({"token":"t)" + std::to_string(++issued) + "\"}"};
        }
        // Each token opens the door for one manifest or blob, then a new one is needed.
        static std::string const challenge = "WWW-Authenticate: Bearer realm=\"" + base + "/token\",service=\"me\"";
        if (r.header("authorization") != "Bearer t" + std::to_string(is_layer(*this, r) ? 2 : 1)) return {401, {challenge}, ""};
        return answer(r);
    });
    base = "http://" + s.host();
    scratch::write(options.docker_config, R"({"auths":{")" + s.host() + R"(":{"auth":"dTpw"}}})");
    CHECK(fetch(s).empty());
    CHECK(issued == 2);
    SECTION("a wrong password") {
        scratch::write(options.docker_config, R"({"auths":{")" + s.host() + R"(":{"auth":"dTp4"}}})");
        ours = oci::blob_store(d / "other");
        auto const refused = scratch::message_of([&] { open(s)->resolve(amd64); });
        CHECK(refused.find("docker login") != std::string::npos);
        CHECK(refused.find("dTp4") == std::string::npos);
    }
}

TEST_CASE_METHOD(fixture, "other hosts do not see what opens this one", "[oci][registry][auth]") {
    server storage([&](auto const& r) { return answer(r); });
    server s([&](auto const& r) -> server::reply {
        if (r.header("authorization") != "Basic dTpw") return {401, {"WWW-Authenticate: Basic realm=\"x\""}, ""};
        if (r.target.find("/blobs/") != std::string::npos) return {307, {"Location: http://" + storage.host() + r.target}, ""};
        return answer(r);
    });
    scratch::write(options.docker_config, R"({"auths":{")" + s.host() + R"(":{"auth":"dTpw"}}})");
    CHECK(fetch(s).empty());
    REQUIRE(storage.seen().size() == 2);
    for (auto const& r : storage.seen()) CHECK(r.header("authorization").empty());
}

TEST_CASE_METHOD(fixture, "redirects without end", "[oci][registry]") {
    server s([&](auto const& r) -> server::reply { return {302, {"Location: " + r.target}, ""}; });
    CHECK(scratch::message_of([&] { open(s)->resolve(amd64); }).find("redirects without end") != std::string::npos);
}

TEST_CASE_METHOD(fixture, "a redirect to a file is refused", "[oci][registry]") {
    server s([&](auto const&) -> server::reply { return {302, {"Location: file:///etc/passwd"}, ""}; });
    auto const message = scratch::message_of([&] { open(s)->resolve(amd64); });
    CHECK(message != "");
    CHECK(message.find("root:") == std::string::npos);
}

TEST_CASE_METHOD(fixture, "a pull that is cancelled", "[oci][registry]") {
    std::stop_source stop;
    server s([&](auto const& r) {
        if (is_layer(*this, r)) stop.request_stop();
        return answer(r);
    });
    auto const source = open(s);
    auto const found = source->resolve(amd64);
    CHECK_THROWS_WITH(source->fetch(found.layers[0], {}, stop.get_token()), "cancelled");
    CHECK_FALSE(ours.has(layer().digest));
}
