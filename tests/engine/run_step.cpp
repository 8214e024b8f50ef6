// SPDX-License-Identifier: BSL-1.0
#include "sample.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace constage;
using Catch::Contains;

TEST_CASE("environment, home and directory of a command", "[R003][R004][G007]") {
    if (!sample::can_run()) return;
    sample s;
    s.how.build_args = {{"HTTP_PROXY", "p"}};
    s.build(
        "FROM base\nARG A=1\nENV E=\"2 3\"\nWORKDIR /made/here\nUSER app\nRUN echo \"$A $E $HOME $(pwd) $(id -u) $(id -G) $http_proxy\"\n");
    CHECK(s.said.printed == "1 2 3 /home/app /made/here 1000 50 8 p\n");
    s.build("FROM base\nUSER app:mail\nRUN echo $(id -G)\n");
    CHECK(s.said.printed == "8\n");
    s.build("FROM base\nENV HOME=/x\nRUN echo $HOME\n");
    CHECK(s.said.printed == "/x\n");
    CHECK_THAT(s.refusal("FROM base\nUSER nobody-here\nCOPY <<E /f\nE\nRUN true\n"), Contains("nobody-here"));
    CHECK(s.refusal("FROM base\nUSER nobody-here\nCOPY <<E /f\nE\n") == "accepted");
}

TEST_CASE("a failing command is an error with its code", "[R005]") {
    if (!sample::can_run()) return;
    sample s;
    CHECK_THAT(s.refusal("FROM base\nRUN echo why; exit 7\n"),
               Contains("process \"/bin/sh -c echo why; exit 7\" did not complete successfully: exit code: 7") && Contains("why"));
}

TEST_CASE("a command without effect makes a layer", "[R006]") {
    if (!sample::can_run()) return;
    sample s;
    s.build("FROM base\nRUN true\nENV A=1\nRUN true\n");
    CHECK(s.config["rootfs"]["diff_ids"].size() == 3);
    CHECK(s.manifest["layers"].size() == 3);
    CHECK(s.diff_id(0) == s.diff_id(1));
    auto const& history = s.config["history"];
    CHECK_FALSE(history.at(history.size() - 1).value("empty_layer", false));
    CHECK(history.at(history.size() - 2).value("empty_layer", false));
}

TEST_CASE("mount points are relative to the working directory, and gone afterwards", "[R007][R011]") {
    if (!sample::can_run()) return;
    sample s;
    s.context.write("f", "text");
    s.build(
        "FROM base\nWORKDIR /w\nRUN --mount=target=in --mount=type=tmpfs,target=/t/u,size=1m cat in/f && echo > /t/u/x && echo > "
        "/t/kept\n");
    CHECK(s.said.printed == "text");
    CHECK_FALSE(s.has("w/in"));
    CHECK(s.has("t/kept"));
    CHECK_FALSE(s.has("t/u"));
    CHECK_THAT(s.refusal("FROM base\nRUN --mount=target=/ true\n"), Contains("invalid mount target"));
    CHECK_THAT(s.refusal("FROM base\nRUN --mount=type=tmpfs,target=/t,size=64k cat /bin/busybox > /t/x\n"), Contains("exit code"));
}

TEST_CASE("bind mounts: of the context, of a stage, writes thrown away", "[R008][C023][X003]") {
    if (!sample::can_run()) return;
    sample s;
    s.context.write("d/f", "text\n");
    s.context.write("d/ignored", "x");
    s.context.write(".dockerignore", "d/ignored\n");
    s.build(
        "FROM base AS x\nRUN echo made > /m\nFROM base\nRUN --mount=source=d,target=/c --mount=from=x,source=m,target=/m,rw ls /c; cat "
        "/c/f /m; "
        "echo more >> /m; cat /m\nRUN --mount=from=x,target=/x cat /x/m\n");
    CHECK(s.said.printed == "f\ntext\nmade\nmade\nmore\nmade\n");
    CHECK_FALSE(s.has("c"));
    CHECK_FALSE(s.has("m"));
    CHECK_THAT(s.refusal("FROM base\nRUN --mount=source=d,target=/c echo > /c/g\n"), Contains("Read-only file system"));
    CHECK_THAT(s.refusal("FROM base\nRUN --mount=source=none,target=/c true\n"),
               Contains("\"/none\": not found") || Contains("\"none\": not found"));
    s.context.write("d/f", "changed");  // content is in the key, times are not
    s.build("FROM base\nRUN --mount=source=d,target=/c cat /c/f\n");
    CHECK(s.said.printed == "changed");
    fs::last_write_time(s.context.path / "d/f", fs::file_time_type::clock::now() + std::chrono::hours(1));
    s.build("FROM base\nRUN --mount=source=d,target=/c cat /c/f\n");
    CHECK(s.said.ran.empty());
}

TEST_CASE("cache mounts: what makes a cache another one", "[R009]") {
    if (!sample::can_run()) return;
    sample s;
    s.build(
        "FROM base AS x\nRUN mkdir -m 0700 /first && echo f > /first/f\nFROM base\nWORKDIR /a\nRUN --mount=type=cache,target=c echo 1 >> "
        "c/f\n"
        "WORKDIR /b\nRUN --mount=type=cache,target=c echo 2 >> c/f\n"
        "RUN --mount=type=cache,id=/c,target=/elsewhere cat /elsewhere/f\n"
        "RUN --mount=type=cache,target=/c/ stat -c '%a %u %g' /c\n"
        "RUN --mount=type=cache,id=/c,target=/d,mode=0700,uid=7,gid=8 stat -c '%a %u %g' /d; ls /d\n"
        "RUN --mount=type=cache,target=/c,ro cat /c/f; (echo > /c/g) 2>/dev/null || echo refused\n"
        "RUN --mount=type=cache,target=/e,from=x,source=/first,mode=0777 stat -c %a /e; cat /e/f\n");
    CHECK(s.said.printed == "1\n2\n755 0 0\n700 7 8\n1\n2\nrefused\n700\nf\n");
    for (auto const* name : {"a/c", "b/c", "c", "d", "e", "elsewhere"}) CHECK_FALSE(s.has(name));
    s.how.no_cache = true;  // the steps run again, the cache is still there
    s.build("FROM base\nRUN --mount=type=cache,target=/c cat /c/f\n");
    CHECK(s.said.printed == "1\n2\n");
}

TEST_CASE("a part of a cache, and no way out of it", "[R009][R010]") {
    if (!sample::can_run()) return;
    sample s;
    std::string const fill =
        "FROM base\nRUN --mount=type=cache,id=i,target=/c mkdir -p /c/part && echo text > /c/part/f && ln -s part /c/link && ln -s /etc "
        "/c/out\n";
    s.build(
        fill +
        "RUN --mount=type=cache,id=i,source=part,target=/p cat /p/f\nRUN --mount=type=cache,id=i,source=/link,target=/p,mode=0700 ls /p\n");
    CHECK(s.said.printed == "text\nf\n");
    CHECK_THAT(s.refusal(fill + "RUN --mount=type=cache,id=i,source=out,target=/p cat /p/passwd\n"), Contains("out"));
    CHECK_THAT(s.refusal(fill + "RUN --mount=type=cache,id=i,source=../../etc,target=/p cat /p/passwd\n"),
               !Contains("root:") && !Contains("accepted"));
}

TEST_CASE("secrets: where, how, and never in a key or a layer", "[R012][B014]") {
    if (!sample::can_run()) return;
    sample s;
    directory elsewhere;
    elsewhere.write("key", "first");
    s.how.secrets = {{"dir/key", (elsewhere.path / "key").string(), ""}};
    std::string const text =
        "FROM base\nRUN --mount=type=secret,id=dir/key stat -c '%a %u' /run/secrets/key; cat /run/secrets/key; [ $(cat /run/secrets/key) = "
        "first ] && echo\n"
        "RUN --mount=type=secret,id=dir/key,target=t,mode=0440,uid=7 stat -c '%a %u' /t\n"
        "RUN --mount=type=secret,id=dir/key,env=KEY [ $KEY = first ] && echo $KEY and ${KEY}s; ls /run/secrets 2>/dev/null || echo no "
        "file\n"
        "RUN --mount=type=secret,id=other ls /run/secrets 2>/dev/null || echo none\n";
    s.build(text);
    CHECK(s.said.printed == "400 0\n****\n440 7\n**** and ****s\nno file\nnone\n");
    CHECK_FALSE(s.has("run/secrets"));
    CHECK_FALSE(s.has("t"));
    elsewhere.write("key", "second");
    s.build(text);
    CHECK(s.said.ran.empty());
    CHECK_THAT(s.refusal("FROM base\nRUN --mount=type=secret,id=dir/key cat /run/secrets/key >&2; false\n"),
               Contains("****") && !Contains("second"));
    CHECK_THAT(s.refusal("FROM base\nRUN --mount=type=secret,id=other,required true\n"), Contains("secret other: not found"));
    elsewhere.write("key", std::string(500 * 1024, 'x'));
    CHECK(s.refusal("FROM base\nRUN --mount=type=secret,id=dir/key : just as much\n") == "accepted");
    elsewhere.write("key", std::string(500 * 1024 + 1, 'x'));
    CHECK_THAT(s.refusal("FROM base\nRUN --mount=type=secret,id=dir/key : more\n"), Contains("larger than 500 KiB"));
    ::setenv("CONSTAGE_TEST_KEY", "of the environment", 1);
    s.how.secrets = {{"k", "", "CONSTAGE_TEST_KEY"}};
    s.build("FROM base\nRUN --mount=type=secret,id=k cat /run/secrets/k; cat /run/secrets/k | rev\n");
    CHECK(s.said.printed == "****tnemnorivne eht fo");
}

TEST_CASE("several mounts: order of depth, one inside another", "[R018]") {
    if (!sample::can_run()) return;
    sample s;
    s.context.write("f", "text");
    s.build(
        "FROM base\nRUN --mount=source=f,target=/c/d/f --mount=type=cache,target=/c --mount=type=tmpfs,target=/c/d cat /c/d/f; ls /c\n");
    CHECK(s.said.printed == "textd\n");
    s.build("FROM base\nRUN --mount=source=f,target=/a --mount=source=f,target=/b cat /a /b\n");
    CHECK(s.said.printed == "texttext");
}

TEST_CASE("hosts, resolv.conf and the host's name are not the image's", "[R020][B018]") {
    if (!sample::can_run()) return;
    sample s;
    s.base.write("etc/hosts", "1.2.3.4 mine\n");
    s.how.add_hosts = {"db:10.1.2.3"};
    s.how.ulimits = {"nofile=100:200"};
    s.how.shm_size = 1 << 20;
    s.build("FROM base\nRUN hostname; cat /etc/hosts; (echo x >> /etc/hosts) 2>&1 | cat; ulimit -n; cat /proc/mounts\n");
    CHECK_THAT(s.said.printed, Catch::StartsWith("buildkitsandbox\n"));
    CHECK_THAT(s.said.printed, Contains("10.1.2.3\tdb\n") && Contains("\n100\n") && Contains("size=1024k"));
    CHECK_THAT(s.said.printed, !Contains("mine"));
    CHECK(s.file("etc/hosts") == "1.2.3.4 mine\n");
    s.how.ulimits = {};
    s.build("FROM base\nRUN hostname; cat /etc/hosts; (echo x >> /etc/hosts) 2>&1 | cat; ulimit -n; cat /proc/mounts\n");
    CHECK(s.said.ran.empty());  // limits are in no key
}

TEST_CASE("heredocs of RUN as they run", "[R022][R023][R024][G011]") {
    if (!sample::can_run()) return;
    sample s;
    s.build("FROM base\nRUN <<EOF\nfalse\necho after $0\nEOF\n");
    CHECK(s.said.printed == "after /bin/sh\n");
    CHECK_THAT(s.refusal("FROM base\nRUN <<EOF\ntrue\nfalse\nEOF\n"), Contains("exit code: 1"));
    s.build("FROM base\nSHELL [\"/bin/sh\", \"-ec\"]\nRUN <<EOF\necho one\nEOF\n");
    CHECK_THAT(s.refusal("FROM base\nSHELL [\"/bin/sh\", \"-ec\"]\nRUN <<EOF\nfalse\necho after\nEOF\n"), Contains("exit code: 1"));
    s.build("FROM base\nRUN <<EOF\n#!/bin/sh -e\necho $0; stat -c %a $0\nEOF\n");
    CHECK(s.said.printed == "/dev/pipes/EOF\n755\n");
    s.build("FROM base\nARG X=1\nRUN cat <<A - <<-'B' > /f && cat /f\na$X\nA\n\tb$X\nB\n");
    CHECK(s.said.printed == "b$X\n");
}

TEST_CASE("the agent's socket", "[R013][B015]") {
    if (!sample::can_run()) return;
    sample s;
    directory place;
    auto const path = (place.path / "agent").string();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    auto const listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(listener, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0);
    s.how.ssh = {"default=" + path, "k=" + path};
    s.build(
        "FROM base\nRUN --mount=type=ssh echo $SSH_AUTH_SOCK; test -S $SSH_AUTH_SOCK\n"
        "RUN --mount=type=ssh,id=k,target=/k --mount=type=ssh echo $SSH_AUTH_SOCK; test -S /k; ls /run/buildkit\n"
        "ENV SSH_AUTH_SOCK=/mine\nRUN --mount=type=ssh echo $SSH_AUTH_SOCK\n");
    CHECK(s.said.printed == "/run/buildkit/ssh_agent.0\n/k\nssh_agent.0\n/mine\n");
    CHECK_FALSE(s.has("run/buildkit"));
    s.build(
        "FROM base\nRUN --mount=type=ssh stat -c '%a %u %g' $SSH_AUTH_SOCK\nRUN --mount=type=ssh,uid=7 stat -c '%a %u %g' $SSH_AUTH_SOCK\n"
        "RUN --mount=type=ssh,mode=741,uid=100,gid=102 stat -c '%a %u %g' $SSH_AUTH_SOCK\n");
    CHECK(s.said.printed == "600 0 0\n600 7 0\n741 100 102\n");
    s.build("FROM base\nRUN --mount=type=ssh,id=none echo [$SSH_AUTH_SOCK]\n");
    CHECK(s.said.printed == "[]\n");
    CHECK_THAT(s.refusal("FROM base\nRUN --mount=type=ssh,id=none,required true\n"), Contains("none"));
    ::close(listener);
    CHECK_THAT(s.refusal("FROM base\nRUN --mount=type=ssh,id=k true\n"), Contains("accepted"));  // nobody speaks to it
    fs::remove(path);
    CHECK_THAT(s.refusal("FROM base\nRUN --mount=type=ssh,id=k : it is gone\n"), Contains("there is no " + path));
    if (std::system("command -v ssh-agent ssh-keygen >/dev/null") != 0) return;
    REQUIRE(std::system(("ssh-keygen -q -t ed25519 -N '' -f " + path).c_str()) == 0);
    s.build("FROM base\nRUN --mount=type=ssh,id=k,target=/k test -S /k && echo $SSH_AUTH_SOCK\n");
    CHECK(s.said.printed == "/k\n");
}
