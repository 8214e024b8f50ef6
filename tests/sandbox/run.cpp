// SPDX-License-Identifier: BSL-1.0
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <constage/failure.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "container.hpp"

using namespace constage;
using namespace constage::testing;
using Catch::Matchers::Contains;

TEST_CASE("a command's output, exit code and files come back", "[sandbox]") {
    if (!can_run()) return;
    container run;
    CHECK(run("echo out; echo err >&2; echo text > /tmp/file; exit 3") == 3);
    CHECK(run.out == "out\n");
    CHECK(run.err == "err\n");
    CHECK(read(run.upper() + "/tmp/file") == "text\n");
    CHECK(fs::status(run.upper() + "/tmp/file").permissions() == fs::perms(0644));
    // Nothing that the runtime needed is in the layer, not even a directory that was copied up for it.
    std::vector<std::string> names;
    for (auto const& entry : fs::recursive_directory_iterator(run.upper())) names.push_back(entry.path().lexically_relative(run.upper()));
    std::sort(names.begin(), names.end());
    CHECK(names == std::vector<std::string>{"tmp", "tmp/file"});
}

TEST_CASE("deleted and replaced files are whiteouts and opaque directories", "[sandbox][C039]") {
    if (!can_run()) return;
    container run;
    run.directory.write("root/d/old", "");
    CHECK(run("rm /etc/passwd && rm -r /d && mkdir /d && echo new > /d/new") == 0);
    struct stat st {};
    REQUIRE(::lstat((run.upper() + "/etc/passwd").c_str(), &st) == 0);
    CHECK((S_ISCHR(st.st_mode) && st.st_rdev == 0));
    char value[2] = {};
    CHECK(::getxattr((run.upper() + "/d").c_str(), "user.overlay.opaque", value, sizeof value) == 1);
}

TEST_CASE("environment, directory, user", "[sandbox][R003][R004]") {
    if (!can_run()) return;
    container run;
    run.request.env.push_back("X=1 2");
    run.request.cwd = "/tmp";
    CHECK(run("pwd; echo $X $HOME; umask") == 0);
    CHECK(run.out == "/tmp\n1 2 /\n0022\n");
    run.request.user = {{33, 34}, {50, 51}, "/var/www"};
    CHECK(run("id -u; id -G; echo $HOME; touch /tmp/mine; grep Cap /proc/self/status") == 0);
    CHECK_THAT(run.out, Contains("33\n34 50 51\n/var/www\n"));
    CHECK_THAT(run.out, Contains("CapEff:\t0000000000000000"));
    struct stat st {};
    REQUIRE(::stat((run.upper() + "/tmp/mine").c_str(), &st) == 0);
    CHECK((st.st_uid == 33 && st.st_gid == 34));
}

TEST_CASE("several snapshots are one root, the upper ones win", "[sandbox]") {
    if (!can_run()) return;
    container run;
    for (int i = 0; i != 200; ++i) run.request.lower.insert(run.request.lower.begin(), run.directory.make("layer" + std::to_string(i)));
    run.directory.write("layer3/who", "3");
    run.directory.write("layer150/who", "150");
    run.request.lower.push_back(run.request.lower[7]);  // the same change twice
    CHECK(run("cat /who") == 0);
    CHECK(run.out == "150");
    fs::permissions(run.directory.path / "layer199", fs::perms(0711));
    CHECK(run("stat -c %a /") == 0);
    CHECK(run.out == "711\n");
}

TEST_CASE("a missing command is 127, one without meaning to the kernel fails", "[sandbox]") {
    if (!can_run()) return;
    for (auto const* runtime : {"crun", "runc"}) {
        container run;
        run.host.runtime = runtime;
        try {
            CHECK(run.run({"/bin/no-such-program"}).exit_code == 127);
        } catch (failure const& f) {
            std::cerr << "skipped for " << runtime << ": " << f.what() << "\n";
            continue;
        }
        CHECK_THAT(run.err, Contains("no-such-program"));
        CHECK(run.run({"no-such-program"}).exit_code == 127);
        CHECK(run("exit 5") == 5);
        run.directory.write("root/bin/data", "no program");
        fs::permissions(run.directory.path / "root/bin/data", fs::perms(0755));
        CHECK(run.run({"/bin/data"}).exit_code != 0);
        CHECK_THAT(run.err, Catch::Matchers::Contains("exec format error", Catch::CaseSensitive::No));
    }
}

TEST_CASE("only stdin, stdout and stderr are open, stdin is empty", "[sandbox][R021]") {
    if (!can_run()) return;
    auto const leaked = ::dup(0);  // without close-on-exec
    container run;
    CHECK(run("readlink /proc/self/fd/0; for f in /proc/$$/fd/*; do echo ${f##*/}; done") == 0);
    ::close(leaked);
    CHECK_THAT(run.out, Catch::StartsWith("/dev/null\n0\n1\n2\n"));
    CHECK(std::count(run.out.begin(), run.out.end(), '\n') <= 5);  // a shell keeps a copy of its own
}

TEST_CASE("an unknown runtime is a failure with a hint", "[sandbox][B018]") {
    if (!can_run()) return;
    container run;
    run.host.runtime = "no-such-runtime";
    REQUIRE_THROWS_AS(run("true"), failure);
    run.host.runtime.clear();
    run.request.network = "bridge";
    REQUIRE_THROWS_AS(run("true"), failure);
    run.request.network = "none";
    run.request.ulimits = {"nofile"};
    REQUIRE_THROWS_AS(run("true"), failure);
    run.request.ulimits = {"nofile=100:200"};
    CHECK(run("ulimit -n") == 0);
    CHECK(run.out == "100\n");
}

TEST_CASE("a stop token kills the container at once", "[sandbox]") {
    if (!can_run()) return;
    container run;
    std::stop_source stop;
    auto const began = std::chrono::steady_clock::now();
    std::thread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        stop.request_stop();
    });
    auto const result = run.run({"/bin/sh", "-c", "sleep 100 & exec sleep 100"}, stop.get_token());
    later.join();
    CHECK(result.cancelled);
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(30));
    CHECK(run.run({"/bin/true"}, stop.get_token()).cancelled);
}

TEST_CASE("an exception of the output function ends the container and comes through", "[sandbox]") {
    if (!can_run()) return;
    container run;
    run.request.output = [](int, std::string_view) { throw std::runtime_error("disk full"); };
    REQUIRE_THROWS_WITH(run.run({"/bin/sh", "-c", "echo x; exec sleep 100"}), "disk full");
}

TEST_CASE("nothing of a container survives a killed builder", "[sandbox]") {
    if (!can_run()) return;
    scratch_directory shared;
    auto const builder = ::fork();
    REQUIRE(builder >= 0);
    if (builder == 0) {
        container run(shared.path);
        engine::sandbox_mount mount;
        mount.target = "/shared";
        mount.source = shared.path;
        run.request.mounts = {mount};
        run("touch /shared/started; trap '' TERM HUP INT; while true; do echo >> /shared/alive; sleep 0.1; done");
        ::_exit(0);
    }
    for (int i = 0; i != 300 && !fs::exists(shared.path / "started"); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    REQUIRE(fs::exists(shared.path / "started"));
    ::kill(builder, SIGKILL);
    ::waitpid(builder, nullptr, 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    auto const size = fs::file_size(shared.path / "alive");
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    CHECK(fs::file_size(shared.path / "alive") == size);
    CHECK_THAT(read("/proc/self/mountinfo"), !Contains(shared.path.string()));
}

TEST_CASE("many at once", "[sandbox]") {
    if (!can_run()) return;
    std::vector<std::jthread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i != 6; ++i)
        threads.emplace_back([&good, i] {
            container run;
            if (run("echo " + std::to_string(i) + "; exit " + std::to_string(i)) == i && run.out == std::to_string(i) + "\n") ++good;
        });
    threads.clear();
    CHECK(good == 6);
}

TEST_CASE("a root of nothing, with a program that a mount brings", "[sandbox]") {
    if (!can_run()) return;
    container run;
    engine::sandbox_mount programs;
    programs.target = "/b";
    programs.source = run.directory.path / "root/bin";
    programs.readonly = true;
    run.request.mounts = {programs};
    run.request.lower.clear();
    CHECK(run.run({"/b/busybox", "sh", "-c", "echo text > /made && /b/busybox ls /"}).exit_code == 0);
    CHECK(run.out.find("made\n") != std::string::npos);
    CHECK(read(run.upper() + "/made") == "text\n");
}
