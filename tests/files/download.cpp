// SPDX-License-Identifier: BSL-1.0
#include "../oci/server.hpp"

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/download.hpp>

#include <catch2/catch.hpp>

#include "../oci/scratch.hpp"

using namespace constage;
using files::download;
using files::name_of_url;

namespace {

struct site {
    scratch::directory place;
    scratch::server server;
    explicit site(std::function<scratch::server::reply(scratch::server::request const&)> answer) : server(std::move(answer)) {}

    files::download_request request(std::string const& path) const {
        files::download_request r;
        r.url = "http://" + server.host() + path;
        r.directory = place / "kept";
        return r;
    }
};

}  // namespace

TEST_CASE("the name of a download is the last component of its path", "[files][download][C030]") {
    CHECK(name_of_url("https://example.com/a/foo.tar.gz?x=/y#z") == "foo.tar.gz");
    CHECK(name_of_url("https://example.com/a/b%20c/") == "b c");
    CHECK(name_of_url("https://example.com/") == "__unnamed__");
    CHECK(name_of_url("https://example.com") == "__unnamed__");
    CHECK(name_of_url("https://example.com/..") == "__unnamed__");
    CHECK(name_of_url("https://example.com/%2e%2e") == "__unnamed__");
    CHECK(name_of_url("https://example.com/a%2f..%2f") == "__unnamed__");
    CHECK(files::shown_url("https://me:secret@example.com/a@b") == "https://xxxxx@example.com/a@b");
    CHECK(files::shown_url("https://example.com/a@b") == "https://example.com/a@b");
}

TEST_CASE("a download is a file with the server's time", "[files][download][C030]") {
    site s([](auto const& r) {
        scratch::server::reply a;
        a.body = "text of " + r.target;
        if (r.target == "/dated") a.headers.emplace_back("Last-Modified: Fri, 13 Feb 2009 23:31:30 GMT");
        return a;
    });
    auto const n = download(s.request("/foo"));
    CHECK(n->mode == 0600);
    CHECK(n->mtime_ns == 0);
    CHECK(n->size == 12);
    CHECK(scratch::read(n->content.path) == "text of /foo");
    CHECK(n->content.digest == files::digest_of("text of /foo"));
    CHECK(download(s.request("/dated"))->mtime_ns == 1'234'567'890'000'000'000);
}

TEST_CASE("what has not changed is not transferred again", "[files][download][C030]") {
    int bodies = 0;
    std::string tag = "\"one\"";
    site s([&](auto const& r) {
        scratch::server::reply a;
        a.headers.push_back("ETag: " + tag);
        if (r.header("if-none-match") == tag) {
            a.status = 304;
        } else {
            ++bodies;
            a.body = "of " + tag;
        }
        return a;
    });
    CHECK(download(s.request("/x"))->content.digest == files::digest_of("of \"one\""));
    CHECK(download(s.request("/x"))->content.digest == files::digest_of("of \"one\""));
    CHECK(bodies == 1);
    CHECK(s.server.seen().size() == 2);
    tag = "\"two\"";
    CHECK(download(s.request("/x"))->content.digest == files::digest_of("of \"two\""));
    CHECK(bodies == 2);
    std::filesystem::remove_all(s.place / "kept");
    download(s.request("/x"));
    CHECK(bodies == 3);
}

TEST_CASE("a checksum is kept", "[files][download][C031]") {
    site s([](auto const&) {
        scratch::server::reply a;
        a.body = "abc";
        return a;
    });
    auto r = s.request("/x");
    r.checksum = files::digest_of("abc");
    CHECK(download(r)->size == 3);
    r.checksum =
        "sha512:"
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    CHECK(download(r)->size == 3);
    r.checksum = files::digest_of("abd");
    CHECK_THROWS_WITH(download(r),
                      Catch::Contains("digest mismatch") && Catch::Contains(files::digest_of("abc")) && Catch::Contains(r.checksum));
    r.checksum = "md5:00";
    CHECK_THROWS_WITH(download(r), Catch::Contains("unsupported digest algorithm"));
}

TEST_CASE("errors of a download name the URL, not the password", "[files][download]") {
    int tries = 0;
    site s([&](auto const& r) {
        scratch::server::reply a;
        ++tries;
        a.status = r.target == "/busy" ? 503 : 404;
        if (r.target == "/cut") {
            a.status = 200;
            a.body = "a long text";
            a.cut = 3;
        }
        return a;
    });
    CHECK_THROWS_WITH(download(s.request("/no")), Catch::Contains("/no: invalid response status 404"));
    CHECK(tries == 1);
    CHECK_THROWS_WITH(download(s.request("/busy")), Catch::Contains("503"));
    CHECK(tries == 4);
    CHECK_THROWS_AS(download(s.request("/cut")), failure);
    auto r = s.request("/no");
    r.url.insert(7, "me:secret@");
    CHECK_THROWS_WITH(download(r), !Catch::Contains("secret"));
    CHECK(std::filesystem::is_empty(s.place / "kept"));
}

TEST_CASE("authorization is sent", "[files][download][C030]") {
    site s([](auto const& r) {
        scratch::server::reply a;
        a.status = r.header("authorization") == "Bearer t" ? 200 : 401;
        return a;
    });
    auto r = s.request("/x");
    CHECK_THROWS_WITH(download(r), Catch::Contains("401"));
    r.authorization = "Bearer t";
    CHECK(download(r)->size == 0);
}
