// SPDX-License-Identifier: BSL-1.0
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <constage/failure.hpp>
#include <constage/sandbox/descriptor.hpp>
#include <constage/sandbox/user_namespace.hpp>

#include "container.hpp"

using namespace constage;
using namespace constage::testing;
using Catch::Matchers::Contains;

TEST_CASE("subordinate ids of a user", "[sandbox]") {
    auto const text = "# comment\nalice:100000:65536\nbob:1:2\n1000:300000:10\nalice:500000:5\nalice:x:5\nalice:7\nalice:1:0";
    auto const ranges = sandbox::subordinate_ids(text, "alice", 1000);
    REQUIRE(ranges.size() == 3);
    CHECK((ranges[0].start == 100000 && ranges[0].count == 65536));
    CHECK((ranges[1].start == 300000 && ranges[1].count == 10));
    CHECK((ranges[2].start == 500000 && ranges[2].count == 5));
    CHECK(sandbox::subordinate_ids(text, "carol", 1).empty());
}

TEST_CASE("what this machine allows is named", "[sandbox]") {
    auto const findings = engine::examine_host({}, fs::temp_directory_path());
    REQUIRE(findings.size() >= 4);
    for (auto const& f : findings) {
        CHECK(!f.name.empty());
        CHECK(!f.found.empty());
        CHECK(f.ok == f.fix.empty());
    }
    auto const none = engine::examine_host({"no-such-runtime"}, fs::temp_directory_path());
    CHECK(!none.front().ok);
    CHECK_THAT(none.front().fix, Contains("crun"));
}

namespace {

/// Root of a user namespace: what the test below starts as an ordinary user.
int run_as_namespace_root(fs::path const& place) {
    container run(place);
    if (run("cat /proc/self/uid_map; echo > /tmp/a; chown 33:44 /tmp/a; rm /etc/passwd; grep CapEff /proc/self/status; exit 7") != 7)
        return 2;
    if (run.out.find("CapEff:\t00000000a80425fb") == std::string::npos) return 3;
    struct stat st {};
    if (::stat((run.upper() + "/tmp/a").c_str(), &st) != 0 || st.st_uid != 33 || st.st_gid != 44) return 4;
    if (::lstat((run.upper() + "/etc/passwd").c_str(), &st) != 0 || !S_ISCHR(st.st_mode)) return 5;
    return 0;
}

}  // namespace

TEST_CASE("inside a user namespace", "[.inside]") {
    auto const code = run_as_namespace_root(std::getenv("CONSTAGE_TEST_PLACE"));
    ::_exit(code == 0 ? 42 : code);
}

TEST_CASE("RUN as an ordinary user", "[sandbox]") {
    if (!can_run() || ::getuid() != 0) return;
    auto const subuid = sandbox::slurp("/etc/subuid");
    auto const name = subuid.substr(0, subuid.find(':'));
    auto const* user = ::getpwnam(name.c_str());
    if (name.empty() || !user || user->pw_uid == 0 || sandbox::user_namespace_obstacle()) {
        WARN("skipped: needs a user in /etc/subuid and user namespaces");
        return;
    }
    scratch_directory place;
    fs::permissions(place.path, fs::perms::all);
    auto const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        if (::setgroups(0, nullptr) != 0 || ::setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
            ::setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
            ::_exit(90);
        ::setenv("CONSTAGE_TEST_PLACE", place.path.c_str(), 1);
        std::string words[] = {"test", "inside a user namespace"};
        char* argv[] = {words[0].data(), words[1].data(), nullptr};
        try {
            ::_exit(engine::enter_user_namespace(2, argv).value_or(91));
        } catch (failure const& f) {
            std::cerr << f.what() << "\n" << f.hint << "\n";
            ::_exit(92);
        }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 42);
}
