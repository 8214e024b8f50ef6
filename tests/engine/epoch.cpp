// SPDX-License-Identifier: BSL-1.0
#include "../oci/server.hpp"
#include "sample.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <constage/engine/context.hpp>

#include "../oci/scratch.hpp"

using namespace constage;

TEST_CASE("the epoch may be that of a context, of a named context, of a stage", "[B024]") {
    sample s;
    directory files;
    files.write("old", "x");
    files.write("new", "y");
    timespec const old_times[] = {{0, UTIME_OMIT}, {1000, 0}}, new_times[] = {{0, UTIME_OMIT}, {2000, 5}};
    ::utimensat(AT_FDCWD, (files.path / "old").c_str(), old_times, 0);
    ::utimensat(AT_FDCWD, (files.path / "new").c_str(), new_times, 0);
    auto const archive = (s.store.path / "a.tar").string();
    REQUIRE(scratch::succeeds("tar -C " + files.path.string() + " -cf " + archive + " old new"));
    scratch::server server([&](auto const& r) -> scratch::server::reply {
        std::vector<std::string> headers;
        if (r.target == "/dated.tar") headers.emplace_back("Last-Modified: Thu, 01 Jan 1970 00:50:00 GMT");
        return {200, headers, scratch::read(archive)};
    });
    auto const url = [&](char const* path) { return "http://" + server.host() + path; };
    std::string const text = "FROM scratch\nARG SOURCE_DATE_EPOCH\nLABEL l=$SOURCE_DATE_EPOCH\n";
    auto const made = [&] {
        CHECK(s.config["created"] == s.config["history"].back()["created"]);
        return s.config["created"].get<std::string>() + " " + s.config["config"]["Labels"]["l"].get<std::string>();
    };

    s.how.build_args = {{"SOURCE_DATE_EPOCH", "context"}};
    s.build(text);  // of a directory: none
    CHECK(made() == "1970-01-01T00:00:00Z ");
    s.how.context = url("/a.tar");
    s.how.context_files = engine::fetch_context(s.how.context, s.how).files;
    s.build(text);
    CHECK(made() == "1970-01-01T00:33:20Z 2000");
    s.how.context = url("/dated.tar");
    s.build(text);
    CHECK(made() == "1970-01-01T00:50:00Z 3000");
    s.how.context = "-";
    s.build(text);
    CHECK(made() == "1970-01-01T00:33:20Z 2000");

    s.how.context = s.context.path.string();
    s.how.context_files = nullptr;
    s.how.build_args = {};
    s.how.build_contexts.emplace_back("source", url("/dated.tar"));
    s.build("ARG SOURCE_DATE_EPOCH=source\n" + text);
    CHECK(made() == "1970-01-01T00:50:00Z 3000");
    s.build("ARG SOURCE_DATE_EPOCH=base\n" + text);  // a directory
    CHECK(s.config["created"] == "1970-01-01T00:00:00Z");
    s.how.build_args = {{"SOURCE_DATE_EPOCH", "7"}};
    s.build("ARG SOURCE_DATE_EPOCH=source\n" + text);
    CHECK(made() == "1970-01-01T00:00:07Z 7");

    s.how.build_args = {};
    auto const stage = "FROM scratch AS stage\nADD " + url("/a.tar") + " /\n";
    s.build("ARG SOURCE_DATE_EPOCH=stage\n" + stage + text);
    CHECK(made() == "1970-01-01T00:33:20Z 2000");
    CHECK_THROWS_WITH(s.build("ARG SOURCE_DATE_EPOCH=stage\n" + stage + "ADD x /\n" + text),
                      Catch::Contains("invalid SOURCE_DATE_EPOCH: stage"));
    CHECK_THROWS_WITH(s.build("ARG SOURCE_DATE_EPOCH=9223372037\n" + text), Catch::Contains("invalid SOURCE_DATE_EPOCH: 9223372037"));
    s.build("ARG SOURCE_DATE_EPOCH=9223372036\n" + text);
    CHECK(made() == "2262-04-11T23:47:16Z 9223372036");
    s.build("ARG SOURCE_DATE_EPOCH=5\nFROM scratch\nARG SOURCE_DATE_EPOCH=6\nLABEL l=$SOURCE_DATE_EPOCH\n");
    CHECK(made() == "1970-01-01T00:00:05Z 6");
}
