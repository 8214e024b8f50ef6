// SPDX-License-Identifier: BSL-1.0
#include "building.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <constage/engine/check_store.hpp>
#include <constage/engine/disk_usage.hpp>
#include <constage/engine/last_build.hpp>
#include <constage/engine/prune.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/engine/store_usage.hpp>
#include <constage/failure.hpp>

#include <cstdio>
#include <numeric>
#include <stop_token>
#include <thread>

using namespace constage;

namespace {

bool can_run() { return engine::has_privilege() && fs::exists("/bin/busybox"); }

/// Two stages with a file of 3 MB each; with privilege also a RUN that prints and keeps a cache.
struct project {
    directory context, base, store;
    std::string dockerfile;

    project() {
        fs::create_directories(base.path / "bin");
        if (fs::exists("/bin/busybox")) fs::copy("/bin/busybox", base.path / "bin/sh");
        std::string noise(3'000'000, ' ');
        unsigned state = 1;
        for (auto& c : noise) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
        context.write("one", noise);
        context.write("two", noise + "!");
        dockerfile = "FROM base AS first\nCOPY one /one\n";
        if (can_run())
            dockerfile +=
                "RUN --mount=type=cache,target=/c --mount=type=bind,source=two,target=/two cat /one > /copy; cat /two > /c/kept; echo said "
                "so\n";
        dockerfile += "FROM scratch\nCOPY --from=first " + std::string(can_run() ? "/copy" : "/one") + " /out\nCOPY two /\n";
    }
    std::string root() const { return (store.path / "store").string(); }
    std::string build(recorder* r = nullptr) const {
        auto how = options_of(context, store, r);
        how.build_contexts = {{"base", base.path.string()}};
        how.tags = {"app:1"};
        return engine::build(read(dockerfile), how).images.at(0).digest;
    }
};

/// What `du` says.
std::uint64_t du(std::string const& path) {
    auto const command = "du -s -B1 '" + path + "'";
    auto* out = ::popen(command.c_str(), "r");
    unsigned long long bytes = 0;
    REQUIRE(std::fscanf(out, "%llu", &bytes) == 1);
    ::pclose(out);
    return bytes;
}

std::uint64_t sum_of(std::vector<engine::usage_row> const& rows) {
    return std::accumulate(rows.begin(), rows.end(), std::uint64_t(0), [](auto sum, auto const& r) { return sum + r.bytes; });
}

/// As if everything had been used last so many hours ago.
void age(fs::path const& root, int hours) {
    auto const then = fs::file_time_type::clock::now() - std::chrono::hours(hours);
    for (auto const& folder : fs::directory_iterator(root))
        if (folder.is_directory())
            for (auto const& e : fs::directory_iterator(folder.path().filename() == "blobs" ? folder.path() / "sha256" : folder.path()))
                if (!e.is_symlink()) fs::last_write_time(e.path(), then);
}

}  // namespace

TEST_CASE("a wait for a lock ends when the build is to end, or the lock is free") {
    directory const place;
    engine::store const where(place.path.string());
    auto held = where.lock("a");
    std::stop_source stop;
    std::thread asks([&] { stop.request_stop(); });
    CHECK_THROWS_WITH(where.lock("a", stop.get_token()), "cancelled");
    asks.join();
    CHECK(where.lock("b", stop.get_token()));  // nobody waits for this one

    std::thread frees([&] { held = {}; });
    CHECK(where.lock("a", std::stop_token()));
    frees.join();
}

TEST_CASE("files are counted by their blocks, those with several names once") {
    directory d;
    d.write("a/full", std::string(100'000, 'x'));
    fs::create_hard_link(d.path / "a/full", d.path / "a/again");
    fs::create_directories(d.path / "b");
    fs::create_hard_link(d.path / "a/full", d.path / "b/full");
    d.write("sparse", "");
    fs::resize_file(d.path / "sparse", 1'000'000'000);
    auto const all = engine::disk_usage().of(d.path.string());
    CHECK(all == du(d.path.string()));
    CHECK(all >= 100'000);
    CHECK(all < 200'000);
    engine::disk_usage freed(engine::disk_usage::at::last_name);  // b alone frees nothing, a then everything
    CHECK(freed.of((d.path / "b").string()) < 100'000);
    CHECK(freed.of((d.path / "a").string()) >= 100'000);
    CHECK(engine::disk_usage().of((d.path / "missing").string()) == 0);
}

TEST_CASE("the usage of a store is what du says, and what prune can reclaim is what it reclaims") {
    project p;
    p.build();
    auto const rows = engine::usage_of(p.root());
    CHECK(sum_of(rows) == du(p.root()));
    auto const reclaimable =
        std::accumulate(rows.begin(), rows.end(), std::uint64_t(0), [](auto sum, auto const& r) { return sum + r.reclaimable; });
    auto const before = du(p.root());
    auto const done = engine::prune(p.root(), {});
    CHECK(done.reclaimed == reclaimable);
    CHECK(done.reclaimed == before - du(p.root()));
    CHECK(done.kept == du(p.root()));
    if (can_run()) CHECK(done.reclaimed > 3'000'000);
    CHECK(done.kept > 6'000'000);  // the image has a tag, its blobs stay
}

TEST_CASE("a prune never breaks the next build") {
    project p;
    auto const digest = p.build();
    for (auto const all : {false, true}) {
        engine::prune(p.root(), {all, {}, {}});
        CHECK(engine::check_store(p.root()).problems.empty());
        recorder r;
        CHECK(p.build(&r) == digest);
        CHECK(r.ran.size() == (can_run() ? 4u : 3u));
        CHECK(engine::check_store(p.root()).problems.empty());
        recorder again;
        p.build(&again);
        CHECK(again.ran.empty());
    }
}

TEST_CASE("prune keeps what was used, however old it is") {
    project p;
    p.build();
    auto const unused = p.dockerfile;
    p.dockerfile = "FROM scratch\nCOPY two /elsewhere/\n";
    p.build();
    age(p.root(), 48);
    p.dockerfile = unused;
    recorder r;
    p.build(&r);  // everything is found: that is a use
    REQUIRE(r.ran.empty());
    auto const done = engine::prune(p.root(), {false, 3600, {}});
    CHECK(done.removed > 0);
    recorder again;
    p.build(&again);
    CHECK(again.ran.empty());
    CHECK(engine::check_store(p.root()).problems.empty());
    p.dockerfile = "FROM scratch\nCOPY two /elsewhere/\n";
    recorder gone;
    p.build(&gone);
    CHECK(gone.ran.size() == 1);
}

TEST_CASE("--keep-storage removes what was not used for the longest time, and no more than it must") {
    project p;
    p.build();
    age(p.root(), 48);
    p.dockerfile = "FROM scratch\nCOPY one two /elsewhere/\n";
    p.build();
    auto const before = du(p.root());
    auto const done = engine::prune(p.root(), {false, {}, before - 100'000});
    CHECK(done.removed > 0);
    CHECK(du(p.root()) <= before - 100'000);
    CHECK(du(p.root()) > 3'000'000);
    CHECK(done.kept == du(p.root()));
    recorder r;
    p.build(&r);  // the younger build has lost nothing
    CHECK(r.ran.empty());
    CHECK(engine::prune(p.root(), {false, {}, std::uint64_t(1) << 40}).removed == 0);
}

TEST_CASE("a store whose folders somebody deleted is usable again") {
    project p;
    auto const digest = p.build();
    std::vector<std::string> folders{"blobs/sha256"};
    for (auto const& e : fs::directory_iterator(p.root()))
        if (e.is_directory()) folders.push_back(e.path().filename().string());
    CHECK(folders.size() > 10);
    for (auto const& folder : folders) {
        INFO(folder);
        fs::remove_all(fs::path(p.root()) / folder);
        CHECK(p.build() == digest);
        CHECK(fs::is_directory(fs::path(p.root()) / folder));
        recorder again;
        CHECK(p.build(&again) == digest);
        CHECK(again.ran.empty());
        for (auto const& problem : engine::check_store(p.root()).problems) FAIL_CHECK(problem.path + ": " + problem.what);
    }
}

TEST_CASE("the store lists its builds, their steps with sizes and logs") {
    project p;
    p.build();
    auto const builds = engine::builds_of(p.root());
    REQUIRE(builds.size() == 1);
    auto const& b = builds[0];
    CHECK(b.context == fs::canonical(p.context.path).string());
    REQUIRE(b.steps.size() == (can_run() ? 4u : 3u));
    for (auto const& s : b.steps) {
        CHECK(s.here);
        CHECK(std::abs(s.used - std::time(nullptr)) < 3600);
    }
    CHECK(b.steps.back().bytes > 3'000'000);  // its layer is packed
    if (!can_run()) return;
    CHECK(b.steps[1].bytes > 3'000'000);  // its change is unpacked
    CHECK(engine::read_file(b.steps[1].log) == "said so\n");
    engine::prune(p.root(), {});
    CHECK(engine::builds_of(p.root()).empty());
    CHECK_FALSE(fs::exists(b.steps[1].log));
}

TEST_CASE("what a RUN prints is kept whole, also of one that fails, and without secrets") {
    if (!can_run()) {
        WARN("skipped: needs root and busybox-static");
        return;
    }
    project p;
    p.context.write("token", "hunter2-hunter2\n");
    p.dockerfile =
        "FROM base\nRUN --mount=type=secret,id=token --mount=type=secret,id=token,env=TOKEN i=0; while [ $i -lt 3000 ]; do echo line $i; "
        "i=$((i+1)); done; cat /run/secrets/token; echo $TOKEN >&2; false\n";
    recorder r;
    auto how = options_of(p.context, p.store, &r);
    how.build_contexts = {{"base", p.base.path.string()}};
    how.dockerfile = "Dockerfile";
    how.secrets = {{"token", (p.context.path / "token").string(), ""}};
    std::string hint, tail;
    try {
        engine::build(read(p.dockerfile), how);
    } catch (failure const& f) {
        hint = f.hint;
        tail = f.log;
    }
    auto const builds = engine::builds_of(p.root());
    REQUIRE(builds.size() == 1);
    auto const log = builds[0].steps.at(0).log;
    CHECK(hint == "the whole log is " + log);
    auto const text = engine::read_file(log).value_or("");
    CHECK(text.starts_with("line 0\nline 1\n"));
    CHECK(text.find("line 2999\n") != std::string::npos);
    for (auto const& printed : {text, r.printed, tail}) {
        CHECK(printed.find("***\n") != std::string::npos);
        CHECK(printed.find("hunter2") == std::string::npos);
    }
    auto const of_step = engine::last_build(p.root(), how, "");
    REQUIRE(of_step);
    CHECK(of_step->at(0).outcome == "failed");
}
