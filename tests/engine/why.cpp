// SPDX-License-Identifier: BSL-1.0
#include "building.hpp"

#include <catch2/catch.hpp>
#include <constage/engine/last_build.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>

#include <unistd.h>

#include <functional>

using namespace constage;
using strings = std::vector<std::string>;

namespace {

/// A project with a base of its own, built again and again with one store.
struct project {
    directory context, base, store;
    std::string dockerfile;
    std::vector<std::pair<std::string, std::string>> args, hosts;
    engine::options how;

    explicit project(std::string text) : dockerfile(std::move(text)) {
        fs::create_directories(base.path / "bin");
        if (fs::exists("/bin/busybox")) fs::copy("/bin/busybox", base.path / "bin/sh");
        base.write("etc/version", "1");
        context.write("src/a.txt", "a");
        context.write("src/b.txt", "b");
        context.write("other.txt", "o");
        how = options_of(context, store);
        how.build_contexts = {{"base", base.path.string()}};
        how.jobs = 1;
    }
    /// Builds; what ran, with the reasons.
    strings ran() {
        recorder r;
        how.progress = &r;
        engine::build(read(dockerfile), how);
        strings result;
        for (std::size_t i = 0, n = 0; i != r.why.size(); ++i)
            if (!r.why[i].empty()) result.push_back(r.ran.at(n++) + " <- " + r.why[i]);
        return result;
    }
    void replace(std::string const& from, std::string const& to) {
        auto const at = dockerfile.find(from);
        REQUIRE(at != std::string::npos);
        dockerfile.replace(at, from.size(), to);
    }
};

bool can_run() { return engine::has_privilege() && fs::exists("/bin/busybox"); }

struct mutation {
    std::string name;
    std::function<void(project&)> change;
    strings ran;
};

/// Each mutation is made on a fresh project that was built once.
void check_all(std::string const& dockerfile, std::vector<mutation> const& all) {
    for (auto const& m : all) {
        DYNAMIC_SECTION(m.name) {
            project p(dockerfile);
            CHECK(p.ran().size() > 0);
            CHECK(p.ran() == strings{});
            m.change(p);
            CHECK(p.ran() == m.ran);
            CHECK(p.ran() == strings{});
        }
    }
}

}  // namespace

TEST_CASE("why a COPY ran: the file, by name, and every word", "[C025]") {
    std::string const copy = "COPY src /src/";
    check_all(
        "FROM base\nARG DEST=/d\nCOPY src /src/\nCOPY --chown=1:2 --chmod=0640 --exclude=none other.txt ${DEST}/\nCOPY <<note "
        "/n/\ntext\nnote\nWORKDIR /w\n",
        {
            {"content",
             [](project& p) { p.context.write("src/a.txt", "changed"); },
             {copy + " <- file src/a.txt changed", "COPY --chown=1:2 --chmod=0640 --exclude=none other.txt ${DEST}/ <- parent step changed",
              "COPY <<note /n/ <- parent step changed", "WORKDIR /w <- parent step changed"}},
            {"a new file",
             [](project& p) { p.context.write("src/c.txt", "c"); },
             {copy + " <- file src/c.txt is new", "COPY --chown=1:2 --chmod=0640 --exclude=none other.txt ${DEST}/ <- parent step changed",
              "COPY <<note /n/ <- parent step changed", "WORKDIR /w <- parent step changed"}},
            {"a file that goes",
             [](project& p) { fs::remove(p.context.path / "src/b.txt"); },
             {copy + " <- file src/b.txt is gone", "COPY --chown=1:2 --chmod=0640 --exclude=none other.txt ${DEST}/ <- parent step changed",
              "COPY <<note /n/ <- parent step changed", "WORKDIR /w <- parent step changed"}},
            {"a mode",
             [](project& p) { fs::permissions(p.context.path / "src/b.txt", fs::perms::owner_all); },
             {copy + " <- mode of file src/b.txt changed",
              "COPY --chown=1:2 --chmod=0640 --exclude=none other.txt ${DEST}/ <- parent step changed",
              "COPY <<note /n/ <- parent step changed", "WORKDIR /w <- parent step changed"}},
            {"the base",
             [](project& p) { p.base.write("etc/version", "2"); },
             {copy + " <- base digest changed", "COPY --chown=1:2 --chmod=0640 --exclude=none other.txt ${DEST}/ <- parent step changed",
              "COPY <<note /n/ <- parent step changed", "WORKDIR /w <- parent step changed"}},
            {"a build argument in a path",
             [](project& p) { p.how.build_args["DEST"] = "/e"; },
             {"COPY --chown=1:2 --chmod=0640 --exclude=none other.txt ${DEST}/ <- destination changed",
              "COPY <<note /n/ <- parent step changed", "WORKDIR /w <- parent step changed"}},
            {"--chown",
             [](project& p) { p.replace("--chown=1:2", "--chown=3:2"); },
             {"COPY --chown=3:2 --chmod=0640 --exclude=none other.txt ${DEST}/ <- chown changed", "COPY <<note /n/ <- parent step changed",
              "WORKDIR /w <- parent step changed"}},
            {"--chmod",
             [](project& p) { p.replace("--chmod=0640", "--chmod=0600"); },
             {"COPY --chown=1:2 --chmod=0600 --exclude=none other.txt ${DEST}/ <- chmod changed", "COPY <<note /n/ <- parent step changed",
              "WORKDIR /w <- parent step changed"}},
            {"--exclude",
             [](project& p) { p.replace("=none", "=nothing"); },
             {"COPY --chown=1:2 --chmod=0640 --exclude=nothing other.txt ${DEST}/ <- exclude changed"}},
            {"a heredoc",
             [](project& p) { p.replace("text", "other text"); },
             {"COPY <<note /n/ <- file <<note changed", "WORKDIR /w <- parent step changed"}},
            {"a working directory", [](project& p) { p.replace("/w", "/x"); }, {"WORKDIR /x <- path changed"}},
        });
}

TEST_CASE("why a RUN ran: the command, a variable, a mount, an option", "[R019][A006]") {
    if (!can_run()) {
        WARN("skipped: needs root and busybox-static");
        return;
    }
    std::string const run = "RUN --mount=type=cache,id=one,target=/c --mount=type=bind,source=src,target=/m true";
    check_all(
        "FROM base\nARG WITH=1\nENV KEPT=1\n" + run + "\n",
        {
            {"the command",
             [](project& p) { p.replace("/m true", "/m :"); },
             {"RUN --mount=type=cache,id=one,target=/c --mount=type=bind,source=src,target=/m : <- command changed"}},
            {"an argument", [](project& p) { p.how.build_args["WITH"] = "2"; }, {run + " <- arg WITH changed"}},
            {"a new argument", [](project& p) { p.replace("ENV", "ARG MORE=1\nENV"); }, {run + " <- arg MORE is new"}},
            {"the environment", [](project& p) { p.replace("KEPT=1", "KEPT=2"); }, {run + " <- env KEPT changed"}},
            {"the working directory", [](project& p) { p.replace("ENV KEPT=1", "ENV KEPT=1\nWORKDIR /"); }, {}},
            {"the user", [](project& p) { p.replace("RUN", "USER 7\nRUN"); }, {run + " <- user changed"}},
            {"the base", [](project& p) { p.base.write("etc/version", "2"); }, {run + " <- base digest changed"}},
            {"a cache mount",
             [](project& p) { p.replace("id=one", "id=two"); },
             {"RUN --mount=type=cache,id=two,target=/c --mount=type=bind,source=src,target=/m true <- mount /c changed"}},
            {"a mounted file",
             [](project& p) { p.context.write("src/a.txt", "changed"); },
             {run + " <- file src/a.txt of mount /m changed"}},
            {"the network", [](project& p) { p.how.network = "none"; }, {run + " <- network changed"}},
            {"a host", [](project& p) { p.how.add_hosts = {"name:127.0.0.1"}; }, {run + " <- extra hosts is new"}},
            {"the host name", [](project& p) { p.how.build_args["BUILDKIT_SANDBOX_HOSTNAME"] = "box"; }, {run + " <- hostname changed"}},
            {"a step before it",
             [](project& p) { p.replace("RUN", "COPY other.txt /\nRUN"); },
             {"COPY other.txt / <- it has not run before", run + " <- parent step changed"}},
        });
}

TEST_CASE("times and places rebuild nothing; what is seen rebuilds exactly who sees it", "[C025]") {
    project p(
        "FROM base AS one\nCOPY src/a.txt /\nFROM base AS two\nCOPY src/b.txt /\nFROM base\nCOPY --from=one /a.txt /\nCOPY --from=two "
        "/b.txt /\n");
    CHECK(p.ran().size() == 4);
    for (auto const* name : {"src/a.txt", "src/b.txt", "src", "."})
        fs::last_write_time(p.context.path / name, fs::file_time_type::clock::now() + std::chrono::hours(3));
    CHECK(p.ran() == strings{});
    directory moved;
    fs::copy(p.context.path, moved.path, fs::copy_options::recursive);
    p.how.context = moved.path.string();
    CHECK(p.ran() == strings{});
    p.context.write("other.txt", "nobody reads it");
    p.how.context = p.context.path.string();
    CHECK(p.ran() == strings{});
    p.context.write("src/b.txt", "changed");
    CHECK(p.ran() == strings{"COPY src/b.txt / <- file src/b.txt changed", "COPY --from=two /b.txt / <- file b.txt changed"});
    fs::rename(p.context.path / "src/a.txt", p.context.path / "src/z.txt");
    p.replace("COPY src/a.txt /\n", "COPY src/z.txt /a.txt\n");  // the same file in the end
    CHECK(p.ran() ==
          strings{"COPY src/z.txt /a.txt <- destination changed, file src/z.txt is new, file src/a.txt is gone, sources changed"});
}

TEST_CASE("--no-cache and --no-cache-filter run steps anew, and say so", "[B012]") {
    project p("FROM base AS one\nCOPY src/a.txt /\nFROM base AS last\nCOPY --from=one /a.txt /\nCOPY src/b.txt /\n");
    p.ran();
    p.how.no_cache_filter = {"ONE"};  // case does not matter
    CHECK(p.ran() == strings{"COPY src/a.txt / <- --no-cache"});
    p.how.no_cache_filter = {"one", "last"};
    CHECK(p.ran().size() == 3);
    p.how.no_cache_filter = {"nobody"};
    CHECK(p.ran() == strings{});
    p.how.no_cache_filter = {};
    p.how.no_cache = true;
    CHECK(p.ran().size() == 3);
}

TEST_CASE("the store keeps what the last build of a project did") {
    project p("FROM base AS one\nCOPY src/a.txt /\nFROM base\nCOPY --from=one /a.txt /\nCOPY src/b.txt /\n");
    p.how.dockerfile = (p.context.path / "Dockerfile").string();
    CHECK(p.ran().size() == 3);
    p.context.write("src/b.txt", "changed");
    p.ran();
    auto const story = engine::last_build(p.how.store, p.how, "");
    REQUIRE(story);
    REQUIRE(story->size() == 3);
    CHECK((*story)[0].outcome == "cached");
    CHECK((*story)[0].stage == "one");
    CHECK((*story)[1].needs == std::vector<std::size_t>{0});
    CHECK((*story)[2].outcome == "ran");
    CHECK((*story)[2].why == "file src/b.txt changed");
    CHECK((*story)[2].where.line == 5);
    p.replace("--from=one /a.txt", "--from=one /missing.txt");
    CHECK_THROWS_AS(p.ran(), failure);
    auto const failed = engine::last_build(p.how.store, p.how, "");
    REQUIRE(failed);
    CHECK((*failed)[2].outcome == "not reached");
    p.how.dockerfile = (p.context.path / "other").string();
    CHECK_FALSE(engine::last_build(p.how.store, p.how, ""));
}

TEST_CASE("a step is known again by its text, wherever it moved, and whatever was built in between") {
    project p("FROM base AS one\nCOPY src/a.txt /\nCOPY src/b.txt /\nFROM base AS two\nCOPY other.txt /\n");
    p.how.targets = {"one"};
    CHECK(p.ran().size() == 2);
    p.how.targets = {"two"};
    CHECK(p.ran().size() == 1);
    p.how.targets = {"one"};
    p.context.write("src/b.txt", "changed");
    CHECK(p.ran() == strings{"COPY src/b.txt / <- file src/b.txt changed"});
    p.replace("COPY src/a.txt /\n", "WORKDIR /w\nCOPY src/a.txt /\n");
    CHECK(p.ran() == strings{"WORKDIR /w <- it has not run before", "COPY src/a.txt / <- parent step changed",
                             "COPY src/b.txt / <- parent step changed"});
}

TEST_CASE("what changed is told since the last build, whether that ran or found it") {
    project p("FROM base\nCOPY src /src/\n");
    p.ran();
    p.context.write("src/a.txt", "changed");
    CHECK(p.ran() == strings{"COPY src /src/ <- file src/a.txt changed"});
    p.context.write("src/a.txt", "a");
    CHECK(p.ran() == strings{});
    p.context.write("src/b.txt", "changed");
    CHECK(p.ran() == strings{"COPY src /src/ <- file src/b.txt changed"});
}

TEST_CASE("the owner of the files, the user who builds, is no ingredient") {
    project p("FROM base\nCOPY src /src/\n");
    p.ran();
    if (::geteuid() != 0) return;
    for (auto const& e : fs::recursive_directory_iterator(p.context.path)) REQUIRE(::chown(e.path().c_str(), 12345, 54321) == 0);
    CHECK(p.ran() == strings{});
}
