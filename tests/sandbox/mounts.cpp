// SPDX-License-Identifier: BSL-1.0
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <constage/failure.hpp>

#include "container.hpp"

using namespace constage;
using namespace constage::testing;
using Catch::Matchers::Contains;
using kind = engine::sandbox_mount::kind;

namespace {

engine::sandbox_mount mount_of(kind what, std::string target, std::string source = "", bool readonly = false) {
    engine::sandbox_mount m;
    m.what = what;
    m.target = std::move(target);
    m.source = std::move(source);
    m.readonly = readonly;
    return m;
}

bool is_empty(std::string const& directory) { return fs::directory_iterator(directory) == fs::directory_iterator(); }

}  // namespace

TEST_CASE("bind mounts: read-only, writable, thrown away", "[sandbox][R008]") {
    if (!can_run()) return;
    container run;
    auto const source = run.directory.make("source");
    run.directory.write("source/file", "content");
    run.request.mounts = {mount_of(kind::bind, "/a/b", source, true)};
    CHECK(run("cat /a/b/file; echo x > /a/b/file") != 0);
    CHECK(run.out == "content");
    CHECK(is_empty(run.upper()));  // nor are the mount points

    run.request.mounts[0].readonly = false;
    CHECK(run("echo cached > /a/b/new") == 0);
    CHECK(read(source + "/new") == "cached\n");

    run.request.mounts[0].discard_writes = true;
    CHECK(run("echo changed > /a/b/file; rm /a/b/new; cat /a/b/file; ls /a/b") == 0);
    CHECK(run.out == "changed\nfile\n");
    CHECK(read(source + "/file") == "content");
    CHECK(fs::exists(source + "/new"));
    CHECK(is_empty(run.upper()));
}

TEST_CASE("bind mounts of single files", "[sandbox][R008]") {
    if (!can_run()) return;
    container run;
    auto const file = run.directory.write("file", "content");
    run.request.mounts = {mount_of(kind::bind, "/etc/config/file", file, true)};
    CHECK(run("cat /etc/config/file") == 0);
    CHECK(run.out == "content");
    CHECK(is_empty(run.upper()));
    run.request.mounts[0].readonly = false;
    run.request.mounts[0].discard_writes = true;
    CHECK(run("echo more >> /etc/config/file; cat /etc/config/file") == 0);
    CHECK(run.out == "contentmore\n");
    CHECK(read(file) == "content");
}

TEST_CASE("mount points under an existing directory leave only what the command made", "[sandbox]") {
    if (!can_run()) return;
    container run;
    run.directory.make("root/srv");
    run.request.mounts = {mount_of(kind::tmpfs, "/srv/cache/x")};
    CHECK(run("echo > /srv/mine; echo > /srv/cache/y") == 0);
    CHECK(fs::exists(run.upper() + "/srv/mine"));
    CHECK(fs::exists(run.upper() + "/srv/cache/y"));
    CHECK(!fs::exists(run.upper() + "/srv/cache/x"));
}

TEST_CASE("a dangling symlink at a mount point", "[sandbox]") {
    if (!can_run()) return;
    container run;
    fs::create_symlink("../run/resolve/resolv.conf", run.directory.path / "root/etc/resolv.conf");
    CHECK(run("ls /etc/resolv.conf") == 0);
    CHECK(is_empty(run.upper()));
}

TEST_CASE("tmpfs mounts", "[sandbox][R011][B018]") {
    if (!can_run()) return;
    container run;
    run.request.mounts = {mount_of(kind::tmpfs, "/dev/shm")};
    run.request.mounts[0].size = 128u << 20;
    CHECK(run("mount | grep /dev/shm; echo x > /dev/shm/x") == 0);
    CHECK_THAT(run.out, Catch::StartsWith("tmpfs on /dev/shm type tmpfs (rw,nosuid,relatime,size=131072k"));
    CHECK(is_empty(run.upper()));
}

TEST_CASE("overlay mounts are the merged tree of another stage", "[sandbox][R008]") {
    if (!can_run()) return;
    container run;
    run.directory.write("low/data/a", "old");
    run.directory.write("low/data/b", "b");
    run.directory.write("high/data/a", "new");
    fs::create_symlink("/data", run.directory.path / "high/link");
    fs::create_symlink("/../../../../etc", run.directory.path / "high/escape");
    auto m = mount_of(kind::overlay, "/in", "", true);
    m.lower = {run.directory.make("high"), run.directory.make("low")};
    m.sub_path = "/link";
    run.request.mounts = {m};
    CHECK(run("cat /in/a /in/b; touch /in/c") != 0);
    CHECK(run.out == "newb");
    run.request.mounts[0].readonly = false;
    run.request.mounts[0].discard_writes = true;
    CHECK(run("echo > /in/c; ls /in") == 0);
    CHECK(run.out == "a\nb\nc\n");
    CHECK(!fs::exists(run.directory.path / "high/data/c"));
    run.request.mounts[0].sub_path = "/data/a";
    CHECK(run("cat /in") == 0);
    CHECK(run.out == "new");
    run.request.mounts[0].sub_path = "/escape/passwd";
    REQUIRE_THROWS_AS(run("true"), failure);
}

TEST_CASE("secrets are files in memory with their owner and mode", "[sandbox][R012][R023]") {
    if (!can_run()) return;
    container run;
    run.request.files = {{"/run/secrets/token", "tell nobody"}, {"/dev/pipes/script", "#!/bin/sh\necho from script\n"}};
    run.request.file_modes = {0440, 0755};
    run.request.file_owners = {{5, 6}, {}};
    CHECK(run("cat /run/secrets/token; stat -c ' %u %g %a' /run/secrets/token; /dev/pipes/script; echo x > /run/secrets/token") != 0);
    CHECK(run.out == "tell nobody 5 6 440\nfrom script\n");
    CHECK(is_empty(run.upper()));
    run.request.file_modes.clear();
    run.request.file_owners.clear();
    CHECK(run("stat -c '%u %g %a' /run/secrets/token") == 0);
    CHECK(run.out == "0 0 400\n");
    // While it runs, the secret is in no file on the disk.
    run.request.env.push_back("TOKEN=tell nobody");
    std::string found;
    run.request.output = [&](int, std::string_view) {
        for (auto const& entry : fs::recursive_directory_iterator(run.directory.path, fs::directory_options::skip_permission_denied))
            if (entry.is_regular_file() && !entry.is_symlink() && read(entry.path()).find("tell nobody") != std::string::npos)
                found = entry.path();
    };
    run.run({"/bin/sh", "-c", "echo go"});
    CHECK(found.empty());
}
