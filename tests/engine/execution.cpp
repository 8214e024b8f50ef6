// SPDX-License-Identifier: BSL-1.0
#include "sample.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace constage;
using Catch::Contains;

namespace {

struct stat status_of(fs::path const& path) {
    struct stat s {};
    REQUIRE(::lstat(path.c_str(), &s) == 0);
    return s;
}

void tar(fs::path const& what, fs::path const& archive, std::string const& options) {
    REQUIRE(std::system(("tar -C " + what.string() + " " + options + " -cf " + archive.string() + " .").c_str()) == 0);
}

}  // namespace

TEST_CASE("a COPY keeps modes and times to the nanosecond; the same COPY twice is the same layer twice", "[C014][C038][X013][C011]") {
    sample s;
    s.context.write("d/f", "text");
    fs::permissions(s.context.path / "d/f", fs::perms(04751));
    timespec const times[] = {{5, 6}, {7'000'000'007, 8}};
    for (auto const* name : {"d/f", "d"}) ::utimensat(AT_FDCWD, (s.context.path / name).c_str(), times, 0);
    s.build("FROM scratch\nCOPY d /x\nCOPY d /y\nCOPY d /y\n");
    CHECK(s.diff_id(0) == s.diff_id(1));
    CHECK(s.diff_id(1) != s.diff_id(2));
    auto const st = status_of(s.out.path / "root/x/f");
    CHECK((st.st_mode & 0777) == 0751);  // to a directory of this machine without setuid
    CHECK(st.st_mtim.tv_sec == 7'000'000'007);
    CHECK(st.st_mtim.tv_nsec == 8);
    REQUIRE(std::system(("cd " + s.out.path.string() +
                         " && mkdir layer && for b in layout/blobs/sha256/*; do gzip -dc <$b 2>/dev/null | tar "
                         "--numeric-owner -tvf - 2>/dev/null; done > list; true")
                            .c_str()) == 0);
    CHECK_THAT(s.out.read("list"), Contains("-rwsr-x--x 0/0"));
}

TEST_CASE("names of files may hold anything", "[C037]") {
    sample s;
    for (auto const* name : {"a b", "100%25", "-dash", "\xc3\xa4\xe2\x82\xac", "new\nline", "q\"'"})
        s.context.write(std::string("d/") + name, name);
    s.build("FROM scratch\nCOPY d /d/\nCOPY [\"d/a b\", \"/with blank\"]\nCOPY -- d/-dash --there\n");
    for (auto const* name : {"a b", "100%25", "-dash", "\xc3\xa4\xe2\x82\xac", "new\nline", "q\"'"})
        CHECK(s.file(std::string("d/") + name) == name);
    CHECK(s.file("with blank") == "a b");
    CHECK(s.file("--there") == "-dash");
}

TEST_CASE("ADD unpacks archives by content, unless told otherwise; COPY never does", "[C028][C029]") {
    sample s;
    s.context.write("tree/in", "inside");
    tar(s.context.path / "tree", s.context.path / "one.tar", "");
    tar(s.context.path / "tree", s.context.path / "two.bin", "--gzip");
    s.context.write("fake.tar.gz", "no archive");
    s.build(
        "FROM scratch\nADD one.tar /one\nADD two.bin /two/\nADD fake.tar.gz /three/\nADD --unpack=false one.tar /four/\nCOPY one.tar "
        "/five/\nADD "
        "--chown=7:8 [ot]*.??? /six\n");
    CHECK(s.file("one/in") == "inside");
    CHECK(s.file("two/in") == "inside");
    CHECK(s.file("three/fake.tar.gz") == "no archive");
    CHECK(s.has("four/one.tar"));
    CHECK(s.has("five/one.tar"));
    CHECK(s.file("six/in") == "inside");
    CHECK_FALSE(s.has("six/one.tar"));
}

TEST_CASE("without an epoch the image was made in 1970, so the same inputs give the same bytes", "[G018][B024][S012]") {
    sample s;
    s.context.write("f", "");
    std::string const text = "FROM scratch\nCOPY f /\nENV A=1\n";
    auto const times = [&] {
        std::vector<std::string> list{s.config["created"]};
        for (auto const& h : s.config["history"]) list.push_back(h["created"]);
        return list;
    };
    s.build(text);
    CHECK(times() == std::vector<std::string>(3, "1970-01-01T00:00:00Z"));
    s.how.build_args = {{"SOURCE_DATE_EPOCH", "1000000000"}};
    s.build(text);
    CHECK(times() == std::vector<std::string>(3, "2001-09-09T01:46:40Z"));
    s.how.build_args = {};
    s.build("ARG SOURCE_DATE_EPOCH=1\n" + text);
    CHECK(times() == std::vector<std::string>(3, "1970-01-01T00:00:01Z"));
    s.how.build_args = {{"SOURCE_DATE_EPOCH", "soon"}};
    CHECK_THAT(s.refusal(text), Contains("invalid SOURCE_DATE_EPOCH: soon"));
}

TEST_CASE("a base's history comes first and keeps its times; missing entries are made up", "[G017][X011][X012]") {
    sample s;
    s.context.write("f", "");
    s.how.build_args = {{"SOURCE_DATE_EPOCH", "5"}};
    s.build("FROM scratch\nCOPY f /\nENV WHO=me\nUSER u\nWORKDIR /w\nONBUILD LABEL l=$WHO\nLABEL k=v\n");
    fs::rename(s.out.path / "layout", s.store.path / "image");
    s.how.build_args = {{"SOURCE_DATE_EPOCH", "9"}};
    s.how.build_contexts.emplace_back("image", "oci-layout://" + (s.store.path / "image").string());
    s.build("FROM nowhere AS other\nFROM image\nCOPY f /g\n");
    CHECK(s.config["config"]["User"] == "u");
    CHECK(s.config["config"]["WorkingDir"] == "/w");
    CHECK(s.config["config"]["Labels"] == nlohmann::json{{"k", "v"}, {"l", "me"}});
    CHECK_FALSE(s.config["config"].contains("OnBuild"));
    CHECK(s.config["created"] == "1970-01-01T00:00:09Z");
    auto const& history = s.config["history"];
    CHECK(history.front()["created"] == "1970-01-01T00:00:05Z");
    CHECK(history.back()["created"] == "1970-01-01T00:00:09Z");
    CHECK(history.back()["created_by"] == "COPY f /g # buildkit");
    s.build("FROM base\nCOPY f /g\n");  // a directory: one layer that no history tells of
    std::size_t layers = 0;
    for (auto const& h : s.config["history"]) layers += !h.value("empty_layer", false);
    CHECK(layers == s.config["rootfs"]["diff_ids"].size());
    CHECK(layers == 2);
}

TEST_CASE("fields of the configuration that only Docker knows are written too", "[G015][G009][G011][G012]") {
    sample s;
    s.build("FROM scratch\nSHELL [\"/s\"]\nCMD x\nHEALTHCHECK CMD y\nONBUILD RUN z\n");
    auto const& c = s.config["config"];
    CHECK(c["Shell"] == nlohmann::json{"/s"});
    CHECK(c["Healthcheck"]["Test"] == nlohmann::json{"CMD-SHELL", "y"});
    CHECK(c["OnBuild"] == nlohmann::json{"RUN z"});
    CHECK(c["ArgsEscaped"] == true);
}

TEST_CASE("ignore files: of the context, of a Dockerfile, of each named context", "[X003][X004][X005][X006][C023]") {
    sample s;
    directory other;
    for (auto const* d : {"a", "b", "Dockerfile"}) s.context.write(d, "x");
    s.context.write(".dockerignore", "b\nDockerfile\n.dockerignore\n");
    for (auto const* d : {"a", "b"}) other.write(d, "x");
    other.write(".dockerignore", "a\n");
    s.how.build_contexts.emplace_back("other", other.path.string());
    s.how.dockerfile = (s.context.path / "Dockerfile").string();
    s.build("FROM scratch\nCOPY . /c/\nCOPY --from=other . /o/\n");
    CHECK(s.has("c/a"));
    for (auto const* name : {"c/b", "c/Dockerfile", "c/.dockerignore", "o/a"}) CHECK_FALSE(s.has(name));
    CHECK(s.has("o/b"));
    CHECK_THAT(s.refusal("FROM scratch\nCOPY b /\n"), Contains("\"/b\": not found"));
    s.context.write("Dockerfile.dockerignore", "a\n");
    s.build("FROM scratch\nCOPY . /c/\n");
    CHECK_FALSE(s.has("c/a"));
    CHECK(s.has("c/b"));
    CHECK(s.has("c/Dockerfile"));
    s.context.write("Dockerfile.dockerignore", "a\n[\n");
    CHECK(s.refusal("FROM scratch\nCOPY . /c/\n") != "accepted");
}

TEST_CASE("named contexts hide stages and images, and are not looked at unless they are used", "[X011][S002][C019]") {
    sample s;
    directory other;
    other.write("f", "of the context");
    s.how.build_contexts = {{"x", other.path.string()}, {"unused", "/nowhere/at/all"}, {"scratch", "/nowhere/at/all"}};
    s.build("FROM no.such.host/image AS x\nRUN false\nFROM scratch\nCOPY --from=x f /\n");
    CHECK(s.file("f") == "of the context");
    s.how.build_contexts[0].first = "no.such.host/image";
    s.build("FROM scratch\nCOPY --from=no.such.host/image f /\n");
    CHECK(s.file("f") == "of the context");
    s.how.build_contexts[0].first = "x::linux/arm64";
    s.how.platforms = {"linux/arm64"};
    s.build("FROM scratch\nCOPY --from=x f /\n");
    CHECK(s.file("f") == "of the context");
}

TEST_CASE("labels and annotations from the command line", "[B016][G003]") {
    sample s;
    s.how.labels = {{"a", "option"}, {"b", "2"}};
    s.how.annotations = {{"org.opencontainers.image.title", "t"}};
    s.build("FROM scratch\nLABEL a=file c=3\n");
    CHECK(s.config["config"]["Labels"] == nlohmann::json{{"a", "option"}, {"b", "2"}, {"c", "3"}});
    CHECK(s.manifest["annotations"] == nlohmann::json{{"org.opencontainers.image.title", "t"}});
}

TEST_CASE("several platforms: one index, in the order asked for; what does not depend on them is done once", "[B003][B026][B006]") {
    sample s;
    s.context.write("f", "text");
    s.how.platforms = {"linux/arm64", "linux/amd64"};
    s.how.build_args = {{"BUILDKIT_MULTI_PLATFORM", "1"}};
    recorder said;
    s.how.progress = &said;
    s.how.outputs = {engine::parse_output("type=oci,tar=false,dest=" + (s.out.path / "both").string()),
                     engine::parse_output((s.out.path / "files").string())};
    engine::build(read("FROM --platform=$BUILDPLATFORM base AS tools\nCOPY f /made\nFROM scratch\nARG TARGETARCH\nCOPY --from=tools /made "
                       "/$TARGETARCH\n"),
                  s.how);
    auto const top = nlohmann::json::parse(s.out.read("both/index.json"))["manifests"];
    auto const digest = [](nlohmann::json const& d) { return d["digest"].get<std::string>().substr(7); };
    auto list = top;
    if (top.size() == 1) list = nlohmann::json::parse(s.out.read("both/blobs/sha256/" + digest(top[0])))["manifests"];
    REQUIRE(list.size() == 2);
    CHECK(list[0]["platform"]["architecture"] == "arm64");
    CHECK(list[1]["platform"]["architecture"] == "amd64");
    CHECK(s.out.read("files/linux_arm64/arm64") == "text");
    CHECK(s.out.read("files/linux_amd64/amd64") == "text");
    CHECK(std::count_if(said.ran.begin(), said.ran.end(), [](auto const& t) { return t.starts_with("COPY f"); }) == 1);
}

TEST_CASE("images say what they are in OCI's words", "[B027]") {
    sample s;
    s.context.write("f", "text");
    s.build("FROM scratch\nCOPY f /\n");
    CHECK(s.manifest["mediaType"] == "application/vnd.oci.image.manifest.v1+json");
    CHECK(s.manifest["config"]["mediaType"] == "application/vnd.oci.image.config.v1+json");
    CHECK(s.manifest["layers"][0]["mediaType"] == "application/vnd.oci.image.layer.v1.tar+gzip");
}

TEST_CASE("steps come from another store through a directory; a place that is not there is no error", "[B010][B011][B012]") {
    sample s;
    directory cache, elsewhere;
    s.context.write("f", "text");
    std::string const text = "FROM scratch AS x\nCOPY f /a\nFROM scratch\nCOPY --from=x /a /b\n";
    s.how.cache_to = {engine::parse_cache_to("type=local,mode=max,dest=" + (cache.path / "kept").string())};
    s.build(text);
    s.how.cache_to = {};
    s.how.cache_from = {engine::parse_cache_from("type=local,src=" + (cache.path / "nothing").string()),
                        engine::parse_cache_from("type=local,src=" + (cache.path / "kept").string())};
    s.how.store = (elsewhere.path / "store").string();
    s.build(text);
    CHECK(s.said.ran.empty());
    CHECK(s.file("b") == "text");
    s.how.no_cache = true;
    s.build(text);
    CHECK(s.said.ran.size() == 2);
    for (auto const* type : {"gha", "s3,bucket=x", "azblob"}) CHECK_THROWS_AS(engine::parse_cache_to(std::string("type=") + type), failure);
}

TEST_CASE("replaced and removed files are whiteouts in the layer", "[C039]") {
    if (!sample::can_run()) return;
    sample s;
    s.base.write("d/old", "");
    s.base.write("gone", "");
    s.build("FROM base\nRUN rm /gone && rm -r /d && mkdir /d && echo > /d/new\n");
    CHECK_FALSE(s.has("gone"));
    CHECK_FALSE(s.has("d/old"));
    CHECK(s.has("d/new"));
    auto const blob = s.manifest["layers"].back()["digest"].get<std::string>().substr(7);
    REQUIRE(std::system(
                ("gzip -dc <" + (s.out.path / "layout/blobs/sha256" / blob).string() + " | tar -tf - > " + (s.out.path / "list").string())
                    .c_str()) == 0);
    CHECK_THAT(s.out.read("list"), Contains(".wh.gone") && Contains("d/.wh..wh..opq") && Contains("d/new"));
}
