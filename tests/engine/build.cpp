// SPDX-License-Identifier: BSL-1.0
#include "building.hpp"

#include <catch2/catch.hpp>
#include <constage/engine/build.hpp>
#include <constage/engine/check_store.hpp>
#include <constage/engine/prune.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>

using namespace constage;
using plan::reference;

namespace {

plan::step copy_of(reference from, std::string source, std::string destination) {
    plan::copy c;
    c.from = std::move(from);
    c.sources = {std::move(source)};
    c.destination = std::move(destination);
    return {c, {"Dockerfile", 2, 0}};
}
plan::step copy_of(std::string source, std::string destination) { return copy_of({}, std::move(source), std::move(destination)); }

/// Two stages on scratch: one file of the context, through the first, into the second.
plan::plan two_stages() {
    plan::plan p;
    p.stages.resize(2);
    p.stages[0].name = "build";
    p.stages[1].name = "app";
    for (auto& s : p.stages) s.from = {reference::kind::scratch, 0, "scratch", {}};
    p.stages[0].steps = {copy_of("src", "/src/")};
    p.stages[1].steps = {copy_of({reference::kind::stage, 0, "build", {}}, "/src/a.txt", "/a.txt"), {plan::cmd{{false, {"/a.txt"}}}, {}}};
    return p;
}

std::string digest_of(plan::plan const& p, engine::options const& o) { return engine::build(p, o).images.at(0).digest; }

}  // namespace

TEST_CASE("a build without RUN needs no privilege, and its second run does nothing", "[C025][C026]") {
    directory context, store;
    context.write("src/a.txt", "hello");
    context.write("src/b.txt", "other");
    context.write("unused.txt", "1");
    auto const p = two_stages();
    CHECK_FALSE(engine::needs_privilege(p, options_of(context, store)));
    recorder first, second, third, fourth;
    auto const digest = digest_of(p, options_of(context, store, &first));
    CHECK(first.ran.size() == 2);
    CHECK(digest_of(p, options_of(context, store, &second)) == digest);
    CHECK(second.cached.size() == 2);
    CHECK(second.ran.empty());
    context.write("unused.txt", "2");
    digest_of(p, options_of(context, store, &third));
    CHECK(third.ran.empty());
    context.write("src/b.txt", "changed");  // the first COPY sees it, the second does not
    CHECK(digest_of(p, options_of(context, store, &fourth)) == digest);
    CHECK(fourth.ran == std::vector<std::string>{"COPY src /src/"});
    CHECK(fourth.why.at(0) == "file src/b.txt changed");
}

TEST_CASE("the same inputs give the same digest in another store, with any number of jobs") {
    directory context, copy, one, two;
    context.write("src/a.txt", "hello");
    fs::copy(context.path / "src", copy.path / "src", fs::copy_options::recursive);
    for (auto const* name : {"src/a.txt", "src"}) fs::last_write_time(copy.path / name, fs::last_write_time(context.path / name));
    auto a = options_of(context, one), b = options_of(copy, two);
    a.jobs = 1;
    b.jobs = 7;
    CHECK(digest_of(two_stages(), a) == digest_of(two_stages(), b));
}

TEST_CASE("a missing file is an error that says what and where") {
    directory context, store;
    try {
        engine::build(two_stages(), options_of(context, store));
        FAIL("no error");
    } catch (failure const& f) {
        CHECK_THAT(f.what(), Catch::Contains("src") && Catch::Contains("not found"));
        CHECK(f.where == "Dockerfile:2");
        CHECK(f.stage == "build");
    }
}

TEST_CASE("outputs: a directory, an archive, and nothing half-written", "[B004][B006][B009]") {
    directory context, store, out;
    context.write("src/a.txt", "hello");
    auto o = options_of(context, store);
    o.outputs = {engine::parse_output((out.path / "root").string()),
                 engine::parse_output("type=oci,dest=" + (out.path / "image.tar").string())};
    auto const r = engine::build(two_stages(), o);
    CHECK(out.read("root/a.txt") == "hello");
    CHECK(fs::file_size(out.path / "image.tar") > 1000);
    CHECK(r.left_behind == 0);
    o.outputs = {engine::parse_output("type=oci,dest=" + (out.path / "missing" / "image.tar").string())};
    CHECK_THROWS_AS(engine::build(two_stages(), o), failure);
    CHECK_FALSE(fs::exists(out.path / "missing"));
}

TEST_CASE("an archive of layers that are made now is that of layers that were there", "[B006][B007]") {
    directory context, one, two, out;
    for (auto const* name : {"a", "b", "c"}) context.write(name, std::string(2'000'000, *name));
    auto const p = read("FROM scratch\nCOPY a /\nCOPY b /\nCOPY c /\nCOPY a /\n");
    auto const build = [&](directory const& store, std::string const& name) {
        auto o = options_of(context, store);
        o.outputs = {engine::parse_output("type=oci,dest=" + (out.path / (name + ".oci")).string()),
                     engine::parse_output("type=docker,dest=" + (out.path / (name + ".docker")).string()),
                     engine::parse_output("type=oci,compression=uncompressed,dest=" + (out.path / (name + ".plain")).string())};
        engine::build(p, o);
    };
    build(one, "made");
    build(one, "found");
    build(two, "other");
    for (auto const* kind : {".oci", ".docker", ".plain"}) {
        CHECK(fs::file_size(out.path / (std::string("made") + kind)) > 5000);
        CHECK((out.read(std::string("made") + kind) == out.read(std::string("found") + kind)));
        CHECK((out.read(std::string("made") + kind) == out.read(std::string("other") + kind)));
    }
    CHECK(std::distance(fs::directory_iterator(out.path), {}) == 9);
}

TEST_CASE("-o is spelled as buildx spells it", "[B004][B005][B006][B008]") {
    CHECK(engine::parse_output("dir").what == engine::output::kind::local);
    CHECK(engine::parse_output("-").what == engine::output::kind::tar);
    auto const o = engine::parse_output("type=oci,dest=x,tar=false,compression=zstd");
    CHECK(o.what == engine::output::kind::oci);
    CHECK_FALSE(o.tar);
    CHECK(o.compression == "zstd");
    CHECK(engine::parse_output("type=image,name=a,push=true").what == engine::output::kind::registry);
    for (auto const* bad : {"", "type=nothing,dest=x", "dest=x", "type=oci,color=red", "type=local"})
        CHECK_THROWS_AS(engine::parse_output(bad), failure);
}

TEST_CASE("what no image needs is pruned, and the build works again") {
    directory context, store;
    context.write("src/a.txt", "hello");
    auto const digest = digest_of(two_stages(), options_of(context, store));
    auto const r = engine::prune((store.path / "store").string(), {true, {}, {}});
    CHECK(r.removed > 0);
    CHECK(digest_of(two_stages(), options_of(context, store)) == digest);
}

TEST_CASE("a store is sound, until something in it changes") {
    directory context, store;
    context.write("src/a.txt", "hello");
    digest_of(two_stages(), options_of(context, store));
    auto const place = (store.path / "store").string();
    auto const problems = [&] {
        std::string text;
        for (auto const& p : engine::check_store(place).problems) text += p.path + ": " + p.what + "\n";
        return text;
    };
    CHECK(problems().empty());
    auto const first = [&](char const* folder) { return fs::directory_iterator(store.path / "store" / folder)->path(); };
    store.write("store/steps/x", "");
    CHECK(problems() == "steps/x: does not belong here\n");
    fs::remove(store.path / "store/steps/x");
    auto const record = first("steps");
    auto const text = store.read("store/steps/" + record.filename().string());
    store.write("store/steps/" + record.filename().string(), text.substr(1));
    CHECK_THAT(problems(), Catch::Contains(record.filename().string() + ": is damaged"));
    store.write("store/steps/" + record.filename().string(), text);
    fs::create_directories(store.path / "store/tmp/1-0");  // no lock: its process has ended
    CHECK(problems() ==
          "tmp/1-0: was left by a process that has ended; the next build removes it, one with a RUN if it is of another user\n");
    digest_of(two_stages(), options_of(context, store));
    CHECK(problems().empty());
    auto const blob = first("blobs/sha256");
    fs::resize_file(blob, 1);
    CHECK_THAT(problems(), Catch::Contains(blob.filename().string() + ": its content is sha256:"));
    fs::remove(blob);
    CHECK_THAT(problems(), Catch::Contains("is missing"));
    CHECK_THROWS_WITH(engine::check_store(place + "/nothing"), Catch::Contains("there is no store at"));
}

TEST_CASE("a store from a newer version is refused") {
    directory context, store;
    context.write("src/a.txt", "hello");
    store.write("store/version", "2\n");
    CHECK_THROWS_WITH(engine::build(two_stages(), options_of(context, store)), Catch::Contains("version 2"));
}

TEST_CASE("RUN: its output streams, its files stay, its failure says why", "[R002][R005]") {
    if (!engine::has_privilege() || !fs::exists("/bin/busybox")) {
        WARN("skipped: needs root and busybox-static");
        return;
    }
    directory context, store, out;
    fs::copy("/bin/busybox", context.path / "busybox");
    plan::plan p;
    p.stages.resize(1);
    p.stages[0].from = {reference::kind::scratch, 0, "scratch", {}};
    plan::run r;
    r.what = {false, {"/busybox", "sh", "-c", "echo said; echo made > /made; id -u"}};
    p.stages[0].steps = {copy_of("busybox", "/busybox"), {r, {"Dockerfile", 3, 0}}};
    recorder first, second;
    auto o = options_of(context, store, &first);
    o.outputs = {engine::parse_output((out.path / "root").string())};
    engine::build(p, o);
    CHECK(out.read("root/made") == "made\n");
    CHECK(first.printed == "said\n0\n");
    o.progress = &second;
    engine::build(p, o);
    CHECK(second.ran.empty());

    std::get<plan::run>(p.stages[0].steps[1].what).what.words.back() = "echo the reason; exit 3";
    try {
        engine::build(p, o);
        FAIL("no error");
    } catch (failure const& f) {
        CHECK(f.exit_code == 3);
        CHECK(f.log == "the reason");
        CHECK(f.where == "Dockerfile:3");
        CHECK_THAT(f.what(), Catch::Contains("exit code: 3"));
    }
}
