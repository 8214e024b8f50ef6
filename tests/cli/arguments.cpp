// SPDX-License-Identifier: BSL-1.0
#include <constage/cli/arguments.hpp>
#include <constage/failure.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace constage;
using namespace constage::cli;
using words = std::vector<std::string>;

namespace {

arguments read(words const& list, program who = program::tool) {
    ::unsetenv("SOURCE_DATE_EPOCH");
    std::vector<char const*> argv{"constage"};
    for (auto const& w : list) argv.push_back(w.c_str());
    return parse(static_cast<int>(argv.size()), argv.data(), who);
}

std::string refusal(words const& list, program who = program::tool) {
    try {
        read(list, who);
    } catch (failure const& f) {
        CHECK(f.usage);
        return f.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("build as the conformance harness calls it", "[B001][B002][B003][B012][B014][B016][B017][B018][B022]") {
    auto const a = read({"build",
                         "-f",
                         "d/Dockerfile",
                         "--target",
                         "t",
                         "--build-arg",
                         "A=1",
                         "--build-arg",
                         "B=2 3",
                         "--build-context",
                         "busybox=oci-layout://p:latest",
                         "--build-context",
                         "n=dir",
                         "--secret",
                         "id=s,src=f",
                         "--label",
                         "l=v",
                         "--platform",
                         "linux/amd64,linux/arm64",
                         "-t",
                         "n:1",
                         "-t",
                         "n:2",
                         "--allow",
                         "network.host",
                         "--network",
                         "host",
                         "--ulimit",
                         "nofile=1:2",
                         "--shm-size",
                         "128m",
                         "--max-unpacked",
                         "2g",
                         "--max-entries",
                         "1000",
                         "--no-cache-filter",
                         "x,y",
                         "--no-cache-filter=z",
                         "--no-cache",
                         "-o",
                         "type=oci,dest=out.tar",
                         "context",
                         "--store",
                         "S"});
    auto const& b = a.build;
    CHECK(a.what == command::build);
    CHECK(a.file == "d/Dockerfile");
    CHECK(b.targets == words{"t"});
    CHECK(b.build_args == std::map<std::string, std::string>{{"A", "1"}, {"B", "2 3"}});
    CHECK(b.build_contexts == std::vector<std::pair<std::string, std::string>>{{"busybox", "oci-layout://p:latest"}, {"n", "dir"}});
    REQUIRE(b.secrets.size() == 1);
    CHECK(b.secrets[0].src == "f");
    CHECK(b.labels == std::map<std::string, std::string>{{"l", "v"}});
    CHECK(b.platforms == words{"linux/amd64", "linux/arm64"});
    CHECK(b.tags == words{"n:1", "n:2"});
    CHECK(b.allow == words{"network.host"});
    CHECK(b.network == "host");
    CHECK(b.ulimits == words{"nofile=1:2"});
    CHECK(b.shm_size == 128u << 20);
    CHECK(b.unpack.bytes == 2ull << 30);
    CHECK(b.unpack.entries == 1000);
    CHECK(b.no_cache);
    CHECK(b.no_cache_filter == words{"x", "y", "z"});
    REQUIRE(b.outputs.size() == 1);
    CHECK(b.outputs[0].dest == "out.tar");
    CHECK(b.context == "context");
    CHECK(b.store == "S");
}

TEST_CASE("options that take one value leave the context alone") {
    for (auto const& option : std::vector<words>{{"--build-arg", "A=1"},
                                                 {"-t", "x"},
                                                 {"-o", "out"},
                                                 {"--secret", "id=a,src=b"},
                                                 {"--label", "a=b"},
                                                 {"--no-cache-filter", "a"},
                                                 {"--insecure-registry", "localhost:5000"},
                                                 {"--ssh", "default"},
                                                 {"--annotation", "a=b"},
                                                 {"--add-host", "a:1"}}) {
        CAPTURE(option);
        auto list = option;
        list.insert(list.begin(), "build");
        list.push_back("CONTEXT");
        CHECK(read(list).build.context == "CONTEXT");
    }
}

TEST_CASE("caches of steps are spelled as buildx does") {
    auto const b = read({"build", "--cache-from", "host/app:cache", "--cache-from", "type=local,src=d", "--cache-to",
                         "type=registry,ref=host/app:cache,mode=max,ignore-error=true", "."})
                       .build;
    REQUIRE(b.cache_from.size() == 2);
    CHECK(b.cache_from[0].where == "host/app:cache");
    CHECK(b.cache_from[1].where == "d");
    REQUIRE(b.cache_to.size() == 1);
    CHECK(b.cache_to[0].all);
    CHECK(b.cache_to[0].ignore_error);
    auto const help = read({"build", "--help"}).help;
    for (auto const* word : {"--cache-to", "--cache-from", "mode=max", "mode=min", "ignore-error=true", "type=registry,ref=NAME"})
        CHECK(help.find(word) != std::string::npos);
}

TEST_CASE("short forms, equals signs, dashes", "[B008][B021][B022]") {
    CHECK(read({"build", "--target=a", "--build-arg=A=b", "-fx", "-j3", "."}).build.targets == words{"a"});
    CHECK(read({"build", "-j3", "."}).build.jobs == 3);
    CHECK(read({"build", "-f", "-", "."}).file == "-");
    CHECK(read({"build", "-o", "-", "."}).build.outputs[0].what == engine::output::kind::tar);
    CHECK(read({"build", "-q"}).progress == report::style::quiet);
    CHECK(read({"build", "--progress=tty", "."}).progress == report::style::tty);
    CHECK(read({"build"}).build.context == ".");
    CHECK(read({"build", "--push", "-t", "a", "."}).build.outputs[0].what == engine::output::kind::registry);
    CHECK(read({"build", "--load", "."}).load);
    CHECK(read({"build", "--check", "."}).call == "check");
    CHECK(read({"build", "--call=check", "."}).call == "check");
    CHECK(read({"build", "--timestamp", "12", "."}).build.source_date_epoch == 12);
    CHECK(read({"build", "--provenance=false", "--sbom=false", "."}).build.context == ".");
    CHECK(read({"build", "--target", "a", "--target", "b", "."}).build.targets == words{"b"});
}

TEST_CASE("the other commands") {
    CHECK(read({"plan", "--format", "dot", "--target", "t"}).format == "dot");
    CHECK(read({"plan"}).what == command::plan);
    CHECK(read({"ast", "a", "-", "b"}).files == words{"a", "-", "b"});
    CHECK(read({"import", "x/Dockerfile", "-o", "build.cpp"}).output == "build.cpp");
    CHECK(read({"check", "--format", "json"}).format == "json");
    CHECK(read({"store", "prune", "--all", "--filter", "until=24h"}).prune.older_than == 86400);
    CHECK(read({"prune", "-a"}).prune.all);
    CHECK(read({"store", "prune", "--keep-storage", "10gb", "-f"}).prune.keep_bytes == 10ull << 30);
    CHECK(read({"store", "prune", "--reserved-space=5", "--force"}).prune.keep_bytes == 5);
    CHECK(read({"store", "ls"}).what == command::store_list);
    CHECK(read({"store", "du", "--store", "S"}).what == command::store_usage);
    CHECK(read({"store", "du", "--store", "S"}).build.store == "S");
    CHECK(read({"why", "stage"}).build.targets == words{"stage"});
    CHECK(read({"store", "check"}).what == command::store_check);
    CHECK(read({"doctor"}).what == command::doctor);
    CHECK(read({"version"}).what == command::version);
    CHECK(read({"--version"}).what == command::version);
}

TEST_CASE("a build program builds unless it is told otherwise") {
    auto const program = program::build_program;
    CHECK(read({}, program).what == command::build);
    CHECK(read({}, program).build.context == ".");
    CHECK(read({"-o", "type=oci,dest=x"}, program).what == command::build);
    CHECK(read({"dir"}, program).build.context == "dir");
    CHECK(read({"build", "dir"}, program).build.context == "dir");
    CHECK(read({"plan", "--format", "json"}, program).what == command::plan);
    CHECK(read({"./plan"}, program).build.context == "./plan");
    CHECK(refusal({"-f", "Dockerfile"}, program).starts_with("unknown option -f"));
}

TEST_CASE("wrong usage is explained", "[B010][B018][B019][B023]") {
    CHECK(refusal({"biuld"}) == "unknown command biuld (did you mean build?)");
    CHECK(refusal({"build", "--tagret", "x"}) == "unknown option --tagret (did you mean --target?)");
    CHECK(refusal({"build", "--tagret=x"}) == "unknown option --tagret (did you mean --target?)");
    CHECK(refusal({"build", "a", "b"}) == "unexpected argument \"b\"");
    CHECK(refusal({"build", "--target"}) != "accepted");
    CHECK(refusal({"build", "-j", "0", "."}) != "accepted");
    CHECK(refusal({"build", "-j", "x", "."}) != "accepted");
    CHECK(refusal({"build", "--progress", "loud", "."}) == "unknown --progress loud");
    CHECK(refusal({"build", "--build-context", "x", "."}) == "--build-context x has no value");
    CHECK(refusal({"build", "--call", "outlien", "."}) != "accepted");
    CHECK(refusal({"build", "--cache-to", "type=local", "."}) == "--cache-to type=local needs dest=DIR");
    CHECK(refusal({"build", "--provenance=true", "."}) == "--provenance=true is not supported");
    CHECK(refusal({"build", "--sbom=true", "."}) == "--sbom=true is not supported");
    for (auto const* option : {"--attest", "--policy", "--cgroup-parent"})
        CHECK(refusal({"build", option, "x", "."}) == std::string(option) + " is not supported");
    CHECK(refusal({"build", "-o", "type=what", "."}) == "unknown output type \"what\"");
    CHECK(refusal({"build", "-o", "-", "-o", "type=oci", "."}) == "only one output can go to standard output");
    CHECK(refusal({"plan", "--format", "svg"}) == "unknown --format svg");
    CHECK(refusal({"ast"}) != "accepted");
    CHECK(refusal({"store", "chekc"}).find("store check") != std::string::npos);
    CHECK(refusal({"store", "prune", "--filter", "x=1"}) == "unknown --filter x=1");
}

TEST_CASE("every command has a help that teaches") {
    for (auto const* c :
         {"build", "plan", "ast", "import", "export", "check", "why", "store ls", "store du", "store prune", "store check", "doctor"}) {
        CAPTURE(c);
        auto const help = read({c, "--help"}).help;
        CHECK(help.find("Usage: constage " + std::string(c) + " [OPTIONS]") != std::string::npos);
        CHECK(help.find("  constage " + std::string(c)) != std::string::npos);
        CHECK(read({c, "-h"}).help == help);
    }
    CHECK(read({"--help"}).help.find("First steps:") != std::string::npos);
    CHECK(read({}).help == read({"help"}).help);
    CHECK(read({"--help"}, program::build_program).help.find("Usage: ./build [OPTIONS]") != std::string::npos);
}

TEST_CASE("the epoch of the environment becomes a build argument", "[B024]") {
    ::setenv("SOURCE_DATE_EPOCH", "77", 1);
    char const* argv[] = {"constage", "build", "."};
    CHECK(parse(3, argv, program::tool).build.build_args.at("SOURCE_DATE_EPOCH") == "77");
    char const* given[] = {"constage", "build", "--build-arg", "SOURCE_DATE_EPOCH=1", "."};
    CHECK(parse(5, given, program::tool).build.build_args.at("SOURCE_DATE_EPOCH") == "1");
    ::unsetenv("SOURCE_DATE_EPOCH");
}
