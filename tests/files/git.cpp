// SPDX-License-Identifier: BSL-1.0
#include "../oci/scratch.hpp"
#include "../tables.hpp"

#include <constage/failure.hpp>
#include <constage/files/git.hpp>

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace constage;
using files::fetch_git;
using files::parse_git;

namespace {

/// A repository with a branch, tags, a submodule and a subdirectory.
struct repository {
    scratch::directory place;
    std::string remote = place / "repo";

    repository() {
        std::string const script =
            "set -e; export GIT_AUTHOR_DATE='1000000000 +0000' GIT_COMMITTER_DATE='1000000000 +0000' GIT_CONFIG_GLOBAL=/dev/null\n"
            "g() { git -c user.name=n -c user.email=e -c protocol.file.allow=always \"$@\"; }\n"
            "mkdir repo && cd repo && g init -q -b master . && echo one > file && chmod 700 file && mkdir sub && echo s > sub/x && chmod "
            "777 sub\n"
            "ln -s file link && g add . && g commit -qm one && g tag -a v1 -m v1 && g branch feature\n"
            "echo two > file && g commit -qam two && g tag v2";
        std::ofstream(place / "make.sh") << script;
        if (!scratch::succeeds("cd " + place.path + " && sh make.sh")) throw std::runtime_error("cannot make a repository");
    }
    std::string commit(std::string const& what) const {
        std::system(("git -C " + remote + " rev-parse '" + what + "^{commit}' > " + place.path + "/out").c_str());
        auto text = scratch::read(place / "out");
        text.pop_back();
        return text;
    }
    files::git_request request(std::string const& reference = "") const {
        files::git_request r;
        r.source.remote = remote;
        r.source.reference = reference;
        r.directory = place / "kept";
        return r;
    }
};

std::string text_of(files::git_tree const& t, char const* path) { return scratch::read(files::tree(t.root).at(path)->content.path); }

}  // namespace

TEST_CASE("git references, as the reference implementation reads them", "[files][git]") {
    auto const table = tables::find("conformance/parser/git_refs.json");
    if (!table) {
        WARN("no table of git references");
        return;
    }
    auto const rows = nlohmann::json::parse(tables::read(*table));
    for (auto const& row : rows.at("parse_git_ref")) {
        auto const text = row.at("ref").get<std::string>();
        INFO(text);
        auto const& want = row.at("expect");
        if (want.is_object() && want.contains("IndistinguishableFromLocal")) {  // C032: a path
            CHECK_FALSE(parse_git(text));
            continue;
        }
        std::optional<files::git_source> got;
        std::string error;
        try {
            got = parse_git(text);
        } catch (failure const& f) { error = f.what(); }
        REQUIRE(got.has_value() == want.is_object());
        if (row.at("error_contains").is_string()) CHECK_THAT(error, Catch::Contains(row.at("error_contains").get<std::string>()));
        if (!got) continue;
        CHECK(got->remote == want.at("Remote"));
        CHECK(got->reference == want.value("Ref", ""));
        CHECK(got->directory == want.value("SubDir", ""));
        CHECK(got->checksum == want.value("Checksum", ""));
        CHECK(got->fetch_by_commit == want.value("FetchByCommit", false));
    }
}

TEST_CASE("options of a git reference", "[files][git][C032][C033][C034]") {
    auto const s = *parse_git("https://h/x.git?keep-git-dir&submodules=false&commit=abc&subdir=a%20b");
    CHECK(s.keep_git_dir == true);
    CHECK(s.submodules == false);
    CHECK(s.checksum == "abc");
    CHECK(s.directory == "a b");
    CHECK(parse_git("ssh://git@h/x"));
    CHECK_FALSE(parse_git("-oProxyCommand=x@h:y"));
    CHECK_FALSE(parse_git("some/file"));
    CHECK_THROWS_WITH(parse_git("https://h/x.git#--upload-pack=x"), Catch::Contains("is no git reference"));
    CHECK_THROWS_WITH(parse_git("https://h/x.git?submodules=maybe"), Catch::Contains("invalid submodules value"));
}

TEST_CASE("a repository as files", "[files][git][C032][C033]") {
    if (!scratch::installed("git")) {
        WARN("no git");
        return;
    }
    repository const r;
    auto const head = fetch_git(r.request());
    CHECK(head.commit == r.commit("master"));
    CHECK(text_of(head, "file") == "two\n");
    files::tree const t(head.root);
    CHECK(t.at("file")->mode == 0755);
    CHECK(t.at("file")->mtime_ns == 1'000'000'000'000'000'000);
    CHECK(t.at("sub")->mode == 0755);
    CHECK(t.at("sub/x")->mode == 0644);
    CHECK(t.at("link")->target == "file");
    CHECK_FALSE(t.at(".git"));

    for (auto const* ref : {"v1", "feature", "refs/tags/v1", "refs/heads/feature"})
        CHECK(text_of(fetch_git(r.request(ref)), "file") == "one\n");
    CHECK(fetch_git(r.request("v1")).commit == r.commit("v1"));
    CHECK(fetch_git(r.request(r.commit("v1"))).commit == r.commit("v1"));
    CHECK(fetch_git(r.request(r.commit("v1").substr(0, 8))).commit == r.commit("v1"));

    auto part = r.request();
    part.source.directory = "/sub";
    CHECK(text_of(fetch_git(part), "x") == "s\n");
    part.source.directory = "nothing";
    CHECK_THROWS_WITH(fetch_git(part), Catch::Contains("has no directory nothing"));

    auto whole = r.request();
    whole.source.keep_git_dir = true;
    CHECK(files::tree(fetch_git(whole).root).at(".git/HEAD"));
    CHECK_FALSE(files::tree(fetch_git(r.request()).root).at(".git"));
}

TEST_CASE("a commit can be demanded of a reference", "[files][git][C031][C033]") {
    if (!scratch::installed("git")) {
        WARN("no git");
        return;
    }
    repository const r;
    auto q = r.request("v1");
    q.source.checksum = r.commit("v1");
    CHECK(fetch_git(q).commit == r.commit("v1"));
    q.source.checksum.resize(8);
    CHECK(fetch_git(q).commit == r.commit("v1"));
    q.source.checksum = r.commit("v2");
    CHECK_THROWS_WITH(fetch_git(q), Catch::Contains("expected checksum to match " + r.commit("v2") + ", got " + r.commit("v1")));
    CHECK_THROWS_WITH(fetch_git(r.request("invalid")), Catch::Contains("does not contain ref invalid"));
    CHECK_THROWS_WITH(fetch_git(r.request("0123456789")), Catch::Contains("does not contain commit 0123456789"));
    auto nowhere = r.request();
    nowhere.source.remote = r.place / "nowhere";
    CHECK_THROWS_WITH(fetch_git(nowhere), Catch::Contains("git ls-remote of") && Catch::Contains("nowhere"));
}
