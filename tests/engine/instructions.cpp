// SPDX-License-Identifier: BSL-1.0
#include <constage/dockerfile/read.hpp>
#include <constage/engine/lower.hpp>
#include <constage/failure.hpp>

#include <catch2/catch.hpp>

using namespace constage;
using engine::task;
using strings = std::vector<std::string>;

namespace {

oci::image_config debian() {
    oci::image_config c;
    c.env = {"LANG=C"};
    c.working_dir = "/root";
    c.diff_ids = {"sha256:x"};
    return c;
}

/// A Dockerfile as tasks and configurations; every image is debian().
struct lowered {
    engine::lowering all;
    explicit lowered(std::string const& text, std::map<std::string, std::string> args = {}, engine::lower_options how = {},
                     oci::image_config const& base = debian(), bool empty = false) {
        how.choice.build_args = std::move(args);
        how.read_trigger = dockerfile::trigger_step;
        all = engine::lower(dockerfile::read(text), how, [&](std::string const&, oci::platform const& p) {
            engine::base_image b;
            b.config = base;
            b.config.platform = p;
            b.empty = empty;
            return b;
        });
    }
    oci::image_config const& config() const { return all.stages.back().config; }
    std::string label(char const* name = "l") const { return config().labels.at(name); }
    task const& last(task::kind what) const {
        auto const at = std::find_if(all.tasks.rbegin(), all.tasks.rend(), [&](auto const& t) { return t.what == what; });
        if (at == all.tasks.rend()) throw std::runtime_error("no such task");
        return *at;
    }
    engine::lowered_run const& run() const { return last(task::kind::run).run; }
    engine::lowered_copy const& copy() const { return last(task::kind::copy).copy; }
    std::string env(std::string const& name) const {
        for (auto const& [k, v] : run().env)
            if (k == name) return v;
        return "(unset)";
    }
    strings history() const {
        strings list;
        for (auto const& h : config().history) list.push_back((h.empty_layer ? "" : "+") + h.created_by);
        return list;
    }
};

std::string refusal(std::string const& text, std::map<std::string, std::string> args = {}) {
    try {
        lowered(text, std::move(args));
    } catch (failure const& f) { return f.what(); }
    return "accepted";
}

}  // namespace

// ---- variables -------------------------------------------------------------------------------------------------------

TEST_CASE("an argument that is set to nothing is set", "[V012][A006]") {
    lowered const l("FROM a\nARG X=\nARG Y\nLABEL l=${X-unset}${Y-unset}${X:-empty}\nRUN x\n");
    CHECK(l.label() == "unsetempty");
    CHECK(l.env("X") == "");
    CHECK(l.env("Y") == "(unset)");
    CHECK(l.run().args.count("X") == 1);
    CHECK(l.config().env.size() == 2);  // LANG, PATH
}

TEST_CASE("which instructions expand variables", "[V013][V017]") {
    lowered const l(
        "FROM a\nARG X=x\nENV k$X=v$X\nLABEL l$X=m$X\nEXPOSE 80/${X:+udp}\nSTOPSIGNAL SIG${X:+INT}\nUSER u$X\nVOLUME /v$X\nWORKDIR "
        "/w$X\nCOPY s$X <<f$X <<'g' /d$X/\n$X\n"
        "f$X\n$X\ng\n");
    CHECK(l.config().env.back() == "kx=vx");
    CHECK(l.label("lx") == "mx");
    CHECK(l.config().exposed_ports == std::set<std::string>{"80/udp"});
    CHECK(l.config().stop_signal == "SIGINT");
    CHECK(l.config().user == "ux");
    CHECK(l.config().volumes == std::set<std::string>{"/vx"});
    CHECK(l.config().working_dir == "/wx");
    CHECK(l.copy().sources == strings{"sx"});
    CHECK(l.copy().destination == "/dx/");
    CHECK(l.copy().files.at(0).second == "x\n");
    CHECK(l.copy().files.at(1).second == "$X\n");
    lowered const split("FROM a\nARG P=\"80 81\"\nEXPOSE $P\nCOPY $P /d/\n");
    CHECK(split.config().exposed_ports == std::set<std::string>{"80/tcp", "81/tcp"});
    CHECK(split.copy().sources == strings{"80 81"});
}

TEST_CASE("flags that expand variables, and flags that do not", "[V014]") {
    lowered const l("FROM a\nARG X=7\nADD --chown=$X:$X --chmod=0$X --checksum=sha256:$X --exclude=$X http://h/x /d\n");
    CHECK(l.copy().chown == "7:7");
    CHECK(l.copy().chmod == "07");
    CHECK(l.copy().checksum == "sha256:7");
    CHECK(l.copy().exclude == strings{"$X"});
    lowered const m("FROM a\nARG X=7\nRUN --mount=type=cache,target=/c$X,id=i$X,uid=$X,mode=0$X x\n");
    auto const& mount = m.run().mounts.at(0);
    CHECK(mount.target == "/c7");
    CHECK(mount.id == "i7");
    CHECK(mount.uid == 7u);
    CHECK(mount.mode == 7u);
    CHECK_THAT(refusal("FROM a\nARG X=none\nRUN --network=$X x\n"), Catch::Contains("$X"));
    CHECK_THAT(refusal("FROM a\nARG X=1s\nHEALTHCHECK --interval=$X CMD x\n"), Catch::Contains("$X"));
}

TEST_CASE("texts that are for the shell stay as they are", "[V015][R001][R002]") {
    lowered const l(
        "FROM a\nARG X=x\nRUN echo $X \\\n  \"$Y\"\nCMD $X\nENTRYPOINT [\"$X\"]\nHEALTHCHECK CMD $X\nSHELL [\"$X\"]\nMAINTAINER me\n");
    CHECK(l.run().argv == strings{"/bin/sh", "-c", "echo $X   \"$Y\""});
    CHECK(l.config().cmd == strings{"/bin/sh", "-c", "$X"});
    CHECK(l.config().entrypoint == strings{"$X"});
    CHECK(l.config().healthcheck->test == strings{"CMD-SHELL", "$X"});
    CHECK(l.config().shell == strings{"$X"});
    CHECK(lowered("FROM a\nRUN <<EOF\n$X\nEOF\n").run().argv.back() == "$X\n");
    CHECK(lowered("FROM a\nENTRYPOINT [\"/e\"]\nRUN [\"/x\", \"a b\"]\n").run().argv == strings{"/x", "a b"});
}

TEST_CASE("words of one ENV see what was before it, names of one ARG see each other", "[V016]") {
    CHECK(lowered("FROM a\nENV abc=hello\nENV abc=bye def=$abc\nLABEL l=$def\n").label() == "hello");
    CHECK(lowered("FROM a\nARG a=1 b=$a\nLABEL l=$b\n").label() == "1");
}

TEST_CASE("of ENV and ARG the last one wins, and only ENV reaches the image", "[V018]") {
    CHECK(lowered("FROM a\nENV X=env\nARG X=arg\nLABEL l=$X\n").label() == "arg");
    CHECK(lowered("FROM a\nENV X=env\nARG X=arg\n").config().env.back() == "X=env");
    CHECK(lowered("FROM a\nARG X=arg\nENV X=env\nLABEL l=$X\n").label() == "env");
    CHECK(lowered("FROM a\nARG LANG=arg\nLABEL l=$LANG\n").label() == "arg");
    CHECK(lowered("FROM a\nENV X=env\nARG X\nLABEL l=$X\n", {{"X", "given"}}).label() == "given");
}

// ---- ARG -------------------------------------------------------------------------------------------------------------

TEST_CASE("global arguments and those of stages", "[A001][A002][A003]") {
    CHECK(lowered("ARG G=1\nARG H=${G}2\nFROM a\nARG H\nLABEL l=$G$H\n").label() == "12");
    CHECK(lowered("ARG G=1\nFROM a\nLABEL l=[$G]\n").label() == "[]");
    CHECK(lowered("ARG G=1\nFROM a\nARG G=2\nLABEL l=$G\n").label() == "2");
    CHECK(lowered("ARG G=1\nFROM a\nARG G\nLABEL l=$G\n", {{"G", "3"}}).label() == "3");
    CHECK(lowered("FROM a AS x\nARG S=1\nFROM x\nLABEL l=[$S]\n").label() == "[1]");
    CHECK(lowered("FROM a AS x\nARG S=1\nFROM a\nCOPY --from=x / /\nLABEL l=[$S]\n").label() == "[]");
    CHECK(lowered("FROM a\nLABEL l=[$S]\nARG S=1\n").label() == "[]");
}

TEST_CASE("a default that is not used is not evaluated", "[A004]") {
    auto const text = "FROM a\nARG X=${Y:?is_needed}\nLABEL l=$X\n";
    CHECK(lowered(text, {{"X", "given"}}).label() == "given");
    CHECK_THAT(refusal(text), Catch::Contains("is_needed"));
    CHECK_THAT(refusal("ARG X=${Y:?is_needed}\nFROM a$X\n"), Catch::Contains("is_needed"));
    CHECK(refusal("ARG X=${Y:?is_needed}\nFROM a$X\n", {{"X", ""}}) == "accepted");
}

TEST_CASE("a build argument that nothing declares changes nothing", "[A005]") {
    lowered const l("FROM a$NOBODY\nLABEL l=[$NOBODY]\nRUN x\n", {{"NOBODY", "x"}});
    CHECK(l.label() == "[]");
    CHECK(l.env("NOBODY") == "(unset)");
    CHECK(l.all.tasks.at(0).text == "FROM a");
    CHECK(l.history().back() == "+RUN /bin/sh -c x # buildkit");
}

TEST_CASE("arguments in the history, in order, with the values that they have now", "[A007]") {
    lowered const l("FROM a\nARG b=1 a\nRUN x\nENV a=2\nRUN y\n");
    CHECK(l.history() ==
          strings{"ARG b=1 a", "+RUN |2 b=1 a= /bin/sh -c x # buildkit", "ENV a=2", "+RUN |2 b=1 a=2 /bin/sh -c y # buildkit"});
}

TEST_CASE("proxies reach RUN without ARG, in both cases of letters, and nothing else", "[A008][R003]") {
    std::map<std::string, std::string> const args{{"http_Proxy", "p"}, {"No_PROXY", "q"}};
    lowered const l("FROM a\nRUN x\nLABEL l=[$HTTP_PROXY$http_proxy]\n", args);
    std::map<std::string, std::string> const found(l.run().proxies.begin(), l.run().proxies.end());
    CHECK(found == std::map<std::string, std::string>{{"HTTP_PROXY", "p"}, {"http_proxy", "p"}, {"NO_PROXY", "q"}, {"no_proxy", "q"}});
    CHECK(l.env("HTTP_PROXY") == "(unset)");
    CHECK(l.label() == "[]");
    CHECK(l.history().front() == "+RUN /bin/sh -c x # buildkit");
    lowered const declared("FROM a\nARG HTTP_PROXY\nRUN x\n", {{"HTTP_PROXY", "p"}});
    CHECK(declared.env("HTTP_PROXY") == "p");
    CHECK(declared.history().back() == "+RUN |1 HTTP_PROXY=p /bin/sh -c x # buildkit");
}

TEST_CASE("arguments of the platforms", "[A009][S009]") {
    engine::lower_options how;
    how.choice.target_platform = "linux/arm/v7";
    auto const l = [&](std::string const& text, std::map<std::string, std::string> args = {}) {
        return lowered(text, std::move(args), how);
    };
    CHECK(l("FROM a\nARG TARGETPLATFORM TARGETOS TARGETARCH TARGETVARIANT BUILDARCH\nLABEL "
            "l=$TARGETPLATFORM,$TARGETOS,$TARGETARCH,$TARGETVARIANT,$BUILDARCH\n")
              .label() == "linux/arm/v7,linux,arm,v7,amd64");
    CHECK(l("FROM a\nLABEL l=[$TARGETARCH]\n").label() == "[]");
    CHECK(l("FROM a\nARG TARGETARCH=x\nLABEL l=$TARGETARCH\n").label() == "x");
    CHECK(l("FROM a\nARG TARGETARCH\nLABEL l=$TARGETARCH\n", {{"TARGETARCH", "y"}}).label() == "y");
    CHECK(l("FROM a\n").config().platform.text() == "linux/arm/v7");
    CHECK(l("FROM --platform=$BUILDPLATFORM a\n").config().platform.text() == "linux/amd64");
    CHECK(l("FROM --platform=linux/${TARGETARCH}64 a\n").config().platform.text() == "linux/arm64");
    auto const both = l("FROM --platform=$BUILDPLATFORM a AS x\nFROM a\nCOPY --from=x / /\nCOPY --from=b / /\n");
    CHECK(both.config().platform.text() == "linux/arm/v7");
    CHECK(both.all.tasks.at(both.copy().from).base.config.platform.text() == "linux/arm/v7");  // --from=image: the target's
}

TEST_CASE("the name of the target", "[A010]") {
    CHECK(lowered("FROM a\nARG TARGETSTAGE\nLABEL l=$TARGETSTAGE\n").label() == "default");
    CHECK(lowered("FROM a AS Last\nARG TARGETSTAGE\nLABEL l=$TARGETSTAGE\n").label() == "last");
}

TEST_CASE("arguments that steer the builder", "[A011][R020]") {
    CHECK(lowered("FROM a\nRUN x\n").run().hostname == "buildkitsandbox");
    CHECK(lowered("FROM a\nRUN x\n", {{"BUILDKIT_SANDBOX_HOSTNAME", "box"}}).run().hostname == "box");
    lowered const l("FROM a\nARG BUILDKIT_SBOM_SCAN_STAGE=true\nARG BUILDKIT_SBOM_SCAN_CONTEXT=true\nARG OTHER=1\nRUN x\n");
    CHECK(l.env("BUILDKIT_SBOM_SCAN_STAGE") == "(unset)");
    CHECK(l.env("BUILDKIT_SBOM_SCAN_CONTEXT") == "(unset)");
    CHECK(l.env("OTHER") == "1");
}

TEST_CASE("quotes in defaults", "[A012]") {
    CHECK(lowered("FROM a\nARG X=\"a  b\" Y='$X'\nLABEL l=$X,$Y\n").label() == "a  b,$X");
    CHECK(lowered("ARG X=\"a:1-(x)\"\nFROM b\nARG X\nLABEL l=$X\n").label() == "a:1-(x)");
    CHECK(lowered("ARG X='a:1'\nFROM $X\n").all.tasks.at(0).text == "FROM a:1");
}

// ---- FROM ------------------------------------------------------------------------------------------------------------

TEST_CASE("scratch has a directory, a PATH and nothing else", "[S002][S015]") {
    lowered const l("FROM scratch\nCOPY a /\n");
    CHECK(l.config().working_dir == "/");
    CHECK(l.config().env == strings{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"});
    CHECK(l.config().platform.text() == "linux/amd64");
    CHECK(l.last(task::kind::copy).parent == engine::nothing);
    engine::lower_options how;
    how.choice.named_contexts = {"scratch"};
    CHECK(lowered("FROM scratch\nCOPY a /\n", {}, how).last(task::kind::copy).parent == engine::nothing);
    lowered const empty("FROM a\nCOPY a /\n", {}, {}, debian(), true);
    CHECK(empty.last(task::kind::copy).parent == engine::nothing);
    CHECK(empty.config().working_dir == "/root");
}

TEST_CASE("a stage from a stage inherits everything and goes on with its history", "[S006][G002]") {
    lowered const l("FROM a AS x\nENV E=1\nUSER u\nWORKDIR /w\nLABEL l=1\nSHELL [\"/s\"]\nARG A=2\nRUN x\nFROM x\nENV E=\nRUN $A\n");
    CHECK(l.config().user == "u");
    CHECK(l.config().working_dir == "/w");
    CHECK(l.label() == "1");
    CHECK(l.run().argv == strings{"/s", "$A"});
    CHECK(l.run().cwd == "/w");
    CHECK(l.env("A") == "2");
    CHECK(l.config().env.back() == "E=");
    CHECK(l.history().size() == 9);
    CHECK(l.all.stages.back().layers.size() == 3);  // WORKDIR is not made again
}

TEST_CASE("what stays of a base", "[S012][S013][G017]") {
    auto base = debian();
    base.env = {"A=1"};
    base.cmd = {"c"};
    base.entrypoint = {"e"};
    base.labels = {{"k", "v"}};
    base.exposed_ports = {"1/tcp"};
    base.volumes = {"/v"};
    base.stop_signal = "SIGINT";
    base.author = "me";
    base.os_features = {"f"};
    base.on_build = {"LABEL t=1", "USER me"};
    base.history = {{"2001-01-01T00:00:00Z", "first", "", "", false}};
    lowered const l("FROM a\nENV B=2\n", {}, {}, base);
    CHECK(l.config().env == strings{"A=1", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "B=2"});
    CHECK(l.config().cmd == strings{"c"});
    CHECK(l.config().entrypoint == strings{"e"});
    CHECK(l.config().labels == std::map<std::string, std::string>{{"k", "v"}, {"t", "1"}});
    CHECK(l.config().exposed_ports == base.exposed_ports);
    CHECK(l.config().volumes == base.volumes);
    CHECK(l.config().stop_signal == "SIGINT");
    CHECK(l.config().os_features == base.os_features);
    CHECK(l.config().user == "me");
    CHECK(l.config().on_build.empty());
    REQUIRE(l.config().history.size() == 4);
    CHECK(l.config().history[0].created == "2001-01-01T00:00:00Z");
    CHECK(l.config().history[3].created_by == "ENV B=2");
    base.env = {"PATH=/p"};
    CHECK(lowered("FROM a\n", {}, {}, base).config().env == strings{"PATH=/p"});
}

// ---- configuration ---------------------------------------------------------------------------------------------------

TEST_CASE("ENV keeps the order of names, quotes and per cent signs", "[G001]") {
    lowered const l("FROM a\nENV A=1 B=\"x  y\" C=a\\ b\nENV A=%d\nENV D 100% sure\nENV B=\n");
    CHECK(strings(l.config().env.end() - 4, l.config().env.end()) == strings{"A=%d", "B=", "C=a b", "D=100% sure"});
}

TEST_CASE("LABEL merges, the last value wins", "[G003]") {
    CHECK(lowered("FROM a\nLABEL a=1 \"b c\"=2\nLABEL a=3\n").config().labels ==
          std::map<std::string, std::string>{{"a", "3"}, {"b c", "2"}});
    CHECK_THAT(refusal("FROM a\nLABEL $X=1\n"), Catch::Contains("can not be blank"));
    CHECK(lowered("FROM a AS x\nLABEL a=1\nFROM a\nCOPY --from=x / /\n").config().labels.empty());
}

TEST_CASE("MAINTAINER is the author", "[G004]") {
    lowered const l("FROM a\nMAINTAINER me <me@x>\nUSER u\n");
    CHECK(l.config().author == "me <me@x>");
    CHECK(l.config().history.front().created_by == "MAINTAINER me <me@x>");
    CHECK(l.config().history.back().author == "me <me@x>");
}

TEST_CASE("EXPOSE: sorted, ranges one by one", "[G005]") {
    lowered const l("FROM a\nEXPOSE 5000 1234/UDP 2375-2376\nEXPOSE 80\n");
    CHECK(l.config().exposed_ports == std::set<std::string>{"1234/udp", "2375/tcp", "2376/tcp", "5000/tcp", "80/tcp"});
    CHECK(l.history() == strings{"EXPOSE [1234/udp 2375/tcp 2376/tcp 5000/tcp]", "EXPOSE [80/tcp]"});
}

TEST_CASE("VOLUME merges with the base's", "[G006]") {
    auto base = debian();
    base.volumes = {"/old"};
    lowered const l("FROM a\nVOLUME /a /b\nVOLUME [\"/c d\"]\n", {}, {}, base);
    CHECK(l.config().volumes == std::set<std::string>{"/a", "/b", "/c d", "/old"});
    CHECK(l.history() == strings{"VOLUME [/a /b]", "VOLUME [/c d]"});
    CHECK_THAT(refusal("FROM a\nVOLUME \"$X\"\n"), Catch::Contains("can not be an empty string"));
}

TEST_CASE("USER is stored as it comes", "[G007][C011]") {
    lowered const l("FROM a\nUSER 1000:$X\nWORKDIR /w\nCOPY a /\nRUN x\n");
    CHECK(l.config().user == "1000:");
    CHECK(l.run().user == "1000:");
    CHECK(l.last(task::kind::workdir).workdir.user == "1000:");
    CHECK(l.copy().chown.empty());
    CHECK(lowered("FROM a\nUSER u\nUSER $X\nRUN x\n").run().user.empty());
}

TEST_CASE("WORKDIR is joined, cleaned, and / makes no layer", "[G008]") {
    CHECK(lowered("FROM a\nWORKDIR b/../c\n").config().working_dir == "/root/c");
    CHECK(lowered("FROM a\nWORKDIR /b\nWORKDIR c\n").config().working_dir == "/b/c");
    CHECK(lowered("FROM scratch\nWORKDIR c\n").config().working_dir == "/c");
    CHECK(lowered("FROM a\nWORKDIR ~\n").config().working_dir == "/root/~");
    CHECK(lowered("FROM a\nWORKDIR /\nWORKDIR /x\n").history() == strings{"WORKDIR /", "+WORKDIR /x"});
}

TEST_CASE("CMD and ENTRYPOINT", "[G009][G010]") {
    CHECK(lowered("FROM a\nCMD a\nCMD [\"b\"]\n").config().cmd == strings{"b"});
    CHECK(lowered("FROM a\nCMD []\n").config().cmd == strings{});
    CHECK(lowered("FROM a\nCMD a\n").config().args_escaped);
    auto base = debian();
    base.cmd = {"c"};
    base.entrypoint = {"e"};
    CHECK_FALSE(lowered("FROM a\nENTRYPOINT []\n", {}, {}, base).config().entrypoint);
    CHECK_FALSE(lowered("FROM a\nENTRYPOINT x\n", {}, {}, base).config().cmd);
    CHECK(lowered("FROM a\nCMD y\nENTRYPOINT [\"x\"]\n", {}, {}, base).config().cmd == strings{"/bin/sh", "-c", "y"});
    CHECK(lowered("FROM a\nCMD a \"b\"\nENTRYPOINT [\"c\\n\"]\n").history() ==
          strings{"CMD [\"/bin/sh\" \"-c\" \"a \\\"b\\\"\"]", "ENTRYPOINT [\"c\\n\"]"});
}

TEST_CASE("SHELL is for what follows, but not for health checks", "[G011][R001]") {
    lowered const l("FROM a\nRUN a\nSHELL [\"/bin/bash\", \"-ec\"]\nRUN b\nCMD c\nENTRYPOINT d\nHEALTHCHECK CMD e\n");
    CHECK(l.all.tasks.at(1).run.argv == strings{"/bin/sh", "-c", "a"});
    CHECK(l.run().argv == strings{"/bin/bash", "-ec", "b"});
    CHECK(l.config().cmd == strings{"/bin/bash", "-ec", "c"});
    CHECK(l.config().entrypoint == strings{"/bin/bash", "-ec", "d"});
    CHECK(l.config().healthcheck->test == strings{"CMD-SHELL", "e"});
    CHECK(l.history().at(1) == "SHELL [/bin/bash -ec]");
    CHECK(lowered("FROM a AS x\nSHELL [\"/s\"]\nFROM x\nCMD c\n").config().cmd == strings{"/s", "c"});
}

TEST_CASE("HEALTHCHECK is replaced as a whole", "[G012]") {
    auto base = debian();
    base.healthcheck = oci::healthcheck{{"CMD", "x"}, 1, 2, 3, 4, 5};
    lowered const l("FROM a\nHEALTHCHECK --interval=90s --retries=0 CMD [\"a\", \"b\"]\n", {}, {}, base);
    CHECK(*l.config().healthcheck == oci::healthcheck{{"CMD", "a", "b"}, 90'000'000'000, 0, 0, 0, 0});
    CHECK(l.history() == strings{"HEALTHCHECK {Test:[CMD a b] Interval:1m30s Timeout:0s StartPeriod:0s StartInterval:0s Retries:0}"});
    CHECK(lowered("FROM a\nHEALTHCHECK NONE\n", {}, {}, base).config().healthcheck->test == strings{"NONE"});
    CHECK_THAT(refusal("FROM a\nHEALTHCHECK --interval=1us CMD x\n"), Catch::Contains("less than 1ms"));
    CHECK(refusal("FROM a\nHEALTHCHECK --interval=0 CMD x\n") == "accepted");
    CHECK_THAT(refusal("FROM a\nHEALTHCHECK --retries=-1 CMD x\n"), Catch::Contains("-1"));
}

TEST_CASE("STOPSIGNAL is checked and stored as written", "[G013]") {
    for (auto const* good : {"9", "kill", "SIGKILL", "SIGRTMIN+3", "RTMAX-1", "64"})
        CHECK(lowered(std::string("FROM a\nSTOPSIGNAL ") + good + "\n").config().stop_signal == good);
    for (auto const* bad : {"0", "65", "SIGNOTHING", "RTMIN+16", "-9"})
        CHECK_THAT(refusal(std::string("FROM a\nSTOPSIGNAL ") + bad + "\n"), Catch::Contains("invalid signal"));
}

TEST_CASE("ONBUILD: triggers run in the next stage only, and may bring other stages", "[G014]") {
    lowered const l(
        "FROM a AS other\nFROM a AS x\nONBUILD LABEL l=$X\nONBUILD COPY --from=other /o /\nONBUILD RUN <<E\nfirst\nE\nFROM x AS y\nFROM "
        "y\n",
        {});
    CHECK(l.all.stages[1].config.on_build == strings{"LABEL l=$X", "COPY --from=other /o /", "RUN <<E\nfirst\nE"});
    CHECK(l.all.stages[2].config.on_build.empty());
    CHECK(l.all.stages[2].config.labels.count("l") == 1);
    CHECK(l.all.stages[0].needed);
    CHECK(l.run().argv.back() == "first\n");
    CHECK(std::count_if(l.all.tasks.begin(), l.all.tasks.end(), [](auto const& t) { return t.what == task::kind::run; }) == 1);
    auto base = debian();
    base.on_build = {"ENV X=1"};
    CHECK(lowered("FROM a\nLABEL l=$X\n", {}, {}, base).label() == "1");
}

TEST_CASE("history of COPY, ADD and the rest", "[C036][G016][R006]") {
    lowered const l(
        "FROM a AS x\nFROM a\nCOPY --from=x --link --exclude=z --chown=1:2 --chmod=600 a b /c/\nCOPY --parents <<f <<'g' d "
        "/e/\n1\nf\n2\ng\nADD http://h/x "
        "/y\nRUN true\nWORKDIR /w\nUSER u\nSTOPSIGNAL 9\nARG A\n");
    CHECK(l.history() == strings{"+COPY --chown=1:2 --chmod=600 a b /c/ # buildkit", "+COPY --parents d <<f <<g /e/ # buildkit",
                                 "+ADD http://h/x /y # buildkit", "+RUN /bin/sh -c true # buildkit", "+WORKDIR /w", "USER u",
                                 "STOPSIGNAL 9", "ARG A"});
    for (auto const& h : l.config().history) CHECK(h.comment == "buildkit.dockerfile.v0");
    CHECK(l.all.stages.back().layers.size() == 5);
}

// ---- RUN -------------------------------------------------------------------------------------------------------------

TEST_CASE("heredocs of RUN", "[R022][R023][R024]") {
    CHECK(lowered("FROM a\nRUN <<'E'\na\nb\nE\n").run().argv == strings{"/bin/sh", "-c", "a\nb\n"});
    lowered const script("FROM a\nRUN <<E\n#!/x\nbody\nE\n");
    CHECK(script.run().argv == strings{"/bin/sh", "-c", "/dev/pipes/E"});
    REQUIRE(script.run().scripts.size() == 1);
    CHECK(script.run().scripts[0] == std::pair<std::string, std::string>("/dev/pipes/E", "#!/x\nbody\n"));
    lowered const complex("FROM a\nRUN cat <<A ; x <<'B'\n1\nA\n2\nB\n");
    CHECK(complex.run().argv.back() == "cat <<A ; x <<'B'\n1\nA\n2\nB");
    CHECK(complex.run().scripts.empty());
}

TEST_CASE("targets and defaults of mounts", "[R007][R009][R012][R013][R018]") {
    using kind = engine::lowered_mount::kind;
    lowered const l(
        "FROM a\nWORKDIR /w\nRUN --mount=target=b --mount=type=cache,target=./c/ --mount=type=secret,id=dir/s "
        "--mount=type=secret,id=e,env=E --mount=type=secret,target=t/u --mount=type=ssh --mount=type=tmpfs,target=/t,size=2m x\n");
    auto const& m = l.run().mounts;
    REQUIRE(m.size() == 7);
    CHECK((m[0].what == kind::bind && m[0].target == "/w/b" && m[0].readonly && m[0].source == "/" && m[0].from_context));
    CHECK((m[1].target == "/w/c" && m[1].id == "/c" && !m[1].readonly && m[1].sharing == engine::lowered_mount::sharing::shared));
    CHECK((m[2].target == "/run/secrets/s" && m[2].id == "dir/s" && !m[2].required));
    CHECK((m[3].target.empty() && m[3].env == "E"));
    CHECK((m[4].target == "/w/t/u" && m[4].id == "u"));
    CHECK((m[5].what == kind::ssh && m[5].id == "default" && m[5].target.empty()));
    CHECK((m[6].what == kind::tmpfs && m[6].size == 2u << 20));
    CHECK(lowered("FROM a\nWORKDIR /v\nRUN --mount=type=cache,target=c x\n").run().mounts.at(0).id == m[1].id);
    CHECK_THAT(refusal("FROM a\nRUN --mount=type=cache,target=/ x\n"), Catch::Contains("invalid mount target"));
    CHECK_THAT(refusal("FROM a\nRUN --mount=type=cache,target=/a/.. x\n"), Catch::Contains("invalid mount target"));
    CHECK_THAT(refusal("FROM a\nRUN --mount=type=cache,target=/c,sharing=alone x\n"), Catch::Contains("unsupported sharing"));
}

TEST_CASE("--network and --security of RUN beat the build's, and need to be granted", "[R015][R016][B017]") {
    engine::lower_options how;
    how.network = "none";
    CHECK(lowered("FROM a\nRUN x\n", {}, how).run().network == "none");
    CHECK(lowered("FROM a\nRUN --network=default x\n", {}, how).run().network == "default");
    CHECK(lowered("FROM a\nRUN x\n").run().network == "default");
    how.network = "host";
    CHECK_THROWS_WITH(lowered("FROM a\nRUN x\n", {}, how), Catch::Contains("network.host is not allowed"));
    how.allow = {"network.host"};
    CHECK(lowered("FROM a\nRUN x\n", {}, how).run().network == "host");
    CHECK_THAT(refusal("FROM a\nRUN --network=bridge x\n"), Catch::Contains("bridge"));
    CHECK_THAT(refusal("FROM a\nRUN --security=insecure x\n"), Catch::Contains("security.insecure is not allowed"));
    how.allow = {"security.insecure"};
    how.network = "";
    CHECK(lowered("FROM a\nRUN --security=insecure x\n", {}, how).run().insecure);
    CHECK_FALSE(lowered("FROM a\nRUN --security=sandbox x\n", {}, how).run().insecure);
}

TEST_CASE("devices are refused, not ignored", "[R017]") {
    CHECK_THAT(refusal("FROM a\nRUN --device=vendor.com/class=x y\n"), Catch::Contains("RUN --device is not supported"));
}

TEST_CASE("only ADD takes URLs and repositories", "[C027][C031]") {
    for (auto const* source : {"http://h/x", "https://h/x"})
        CHECK_THAT(refusal(std::string("FROM a\nCOPY ") + source + " /\n"), Catch::Contains("source can't be a URL for COPY"));
    for (auto const* source : {"https://h/x.git", "git@h:x", "git://h/x", "ssh://h/x"})
        CHECK_THAT(refusal(std::string("FROM a\nCOPY ") + source + " /\n"), Catch::Contains("source can't be a git ref for COPY"));
    CHECK(refusal("FROM a\nADD http://h/x https://h/x.git /\n") == "accepted");
    CHECK_THAT(refusal("FROM a\nADD --checksum=sha256:0 http://h/x http://h/y /d/\n"), Catch::Contains("multiple sources"));
    CHECK_THAT(refusal("FROM a\nADD --checksum=sha256:0 x /\n"), Catch::Contains("requires HTTP(S) or Git sources"));
}
