// SPDX-License-Identifier: BSL-1.0
// dsl/lower.hpp, lower_step.hpp, lower_trigger.ipp, and the words that they read: dsl/run.hpp, mount.hpp, copy.hpp, config.hpp,
// command.hpp, healthcheck.hpp.
#include <constage/dsl.hpp>
#include <constage/dsl/lower.hpp>
#include <constage/failure.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace constage;
namespace p = constage::plan;

namespace {

/// The one instruction behind FROM of a one-stage graph.
template <class G>
p::instruction only_step(G const& g) {
    auto const plan = dsl::lower(g);
    REQUIRE(plan.stages.size() == 1);
    REQUIRE(plan.stages[0].steps.size() == 1);
    return plan.stages[0].steps[0].what;
}

/// An instruction, made in a constant expression and at run time, as what it is in the plan.
#define LOWERED(...)                                                             \
    [] {                                                                         \
        constexpr auto constant = graph(stage<"s">(from("image"), __VA_ARGS__)); \
        auto const made_now = graph(stage<"s">(from("image"), __VA_ARGS__));     \
        REQUIRE(only_step(constant) == only_step(made_now));                     \
        return only_step(constant);                                              \
    }()
#define TRIGGER(...) std::get<p::onbuild>(LOWERED(onbuild(__VA_ARGS__))).text

p::command shell_form(std::string text) { return {true, {std::move(text)}}; }
p::command exec_form(std::vector<std::string> words) { return {false, std::move(words)}; }
p::reference stage_reference(std::size_t number, std::string name) { return {p::reference::kind::stage, number, std::move(name), {}}; }
p::reference image_reference(std::string name) { return {p::reference::kind::image, 0, std::move(name), {}}; }

p::run run_of(p::command what) {
    p::run r;
    r.what = std::move(what);
    return r;
}
p::copy copy_of(std::vector<std::string> sources, std::string destination) {
    p::copy c;
    c.sources = std::move(sources);
    c.destination = std::move(destination);
    return c;
}

}  // namespace

TEST_CASE("instructions become plan instructions") {
    CHECK(LOWERED(run("make $X")) == p::instruction(run_of(shell_form("make $X"))));
    CHECK(LOWERED(run(exec("a", "b c"))) == p::instruction(run_of(exec_form({"a", "b c"}))));
    CHECK(LOWERED(run(exec("1", "2", "3", "4", "5", "6", "7", "8"))) ==
          p::instruction(run_of(exec_form({"1", "2", "3", "4", "5", "6", "7", "8"}))));
    CHECK(LOWERED(copy("a", "/b")) == p::instruction(copy_of({"a"}, "/b")));
    CHECK(LOWERED(copy("a", "b", "c", "d", "/e/")) == p::instruction(copy_of({"a", "b", "c", "d"}, "/e/")));
    CHECK(LOWERED(copy("a", "b", "c", "d", "e", "f", "/g/")) == p::instruction(copy_of({"a", "b", "c", "d", "e", "f"}, "/g/")));
    CHECK(LOWERED(arg("A")) == p::instruction(p::args{{{"A", std::nullopt}}}));
    CHECK(LOWERED(arg("A", "")) == p::instruction(p::args{{{"A", ""}}}));
    CHECK(LOWERED(args(arg("A"), arg("B", "1"), arg("C"))) ==
          p::instruction(p::args{{{"A", std::nullopt}, {"B", "1"}, {"C", std::nullopt}}}));
    CHECK(LOWERED(env("A", "$B")) == p::instruction(p::env{{{"A", "$B"}}}));
    CHECK(LOWERED(env("A", "1", "B", "2", "C", "3")) == p::instruction(p::env{{{"A", "1"}, {"B", "2"}, {"C", "3"}}}));
    CHECK(LOWERED(label("a.b", "c d")) == p::instruction(p::label{{{"a.b", "c d"}}}));
    CHECK(LOWERED(label("a", "1", "b", "2")) == p::instruction(p::label{{{"a", "1"}, {"b", "2"}}}));
    CHECK(LOWERED(expose("80/tcp")) == p::instruction(p::expose{{"80/tcp"}}));
    CHECK(LOWERED(expose("80", "81-82/udp", "$PORT")) == p::instruction(p::expose{{"80", "81-82/udp", "$PORT"}}));
    CHECK(LOWERED(volume("/v")) == p::instruction(p::volume{{"/v"}}));
    CHECK(LOWERED(volume("/v", "/w")) == p::instruction(p::volume{{"/v", "/w"}}));
    CHECK(LOWERED(user("u:g")) == p::instruction(p::user{"u:g"}));
    CHECK(LOWERED(workdir("/w")) == p::instruction(p::workdir{"/w"}));
    CHECK(LOWERED(entrypoint("x y")) == p::instruction(p::entrypoint{shell_form("x y")}));
    CHECK(LOWERED(entrypoint(exec())) == p::instruction(p::entrypoint{exec_form({})}));
    CHECK(LOWERED(cmd(exec("x"))) == p::instruction(p::cmd{exec_form({"x"})}));
    CHECK(LOWERED(cmd("x")) == p::instruction(p::cmd{shell_form("x")}));
    CHECK(LOWERED(shell("/bin/bash")) == p::instruction(p::shell{{"/bin/bash"}}));
    CHECK(LOWERED(shell("/bin/bash", "-c")) == p::instruction(p::shell{{"/bin/bash", "-c"}}));
    CHECK(LOWERED(shell("/bin/bash", "-o", "pipefail", "-c")) == p::instruction(p::shell{{"/bin/bash", "-o", "pipefail", "-c"}}));
    CHECK(LOWERED(stopsignal("SIGTERM")) == p::instruction(p::stopsignal{"SIGTERM"}));
    CHECK(LOWERED(maintainer("me")) == p::instruction(p::maintainer{"me"}));
}

TEST_CASE("flags of COPY and ADD") {
    auto expected = copy_of({"a"}, "/b");
    expected.chown = "u:g";
    expected.chmod = "0755";
    expected.link = expected.parents = true;
    expected.exclude = {"*.md", "*.txt"};
    CHECK(LOWERED(copy("a", "/b").chown("u:g").chmod("0755").link().parents().exclude("*.md").exclude("*.txt")) ==
          p::instruction(expected));

    auto add_expected = copy_of({"https://example.org/x.tar"}, "/b");
    add_expected.add = true;
    add_expected.checksum = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    add_expected.unpack = true;
    add_expected.keep_git_dir = false;
    CHECK(LOWERED(add("https://example.org/x.tar", "/b")
                      .checksum("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
                      .unpack()
                      .keep_git_dir(false)) == p::instruction(add_expected));
}

TEST_CASE("files written in the program") {
    p::copy expected;
    expected.files = {{"a.ini", "[a]\nx = $X\n", true, false, 0}, {"b", "verbatim\n", false, false, 0}};
    expected.destination = "/etc/";
    CHECK(LOWERED(copy(file("a.ini", R"(
[a]
x = $X
)"),
                       file("b", "verbatim", {.expand = false}), "/etc/")) == p::instruction(expected));

    p::copy mixed = copy_of({"a"}, "/etc/");
    mixed.files = {{"b", "x\n", true, true, 0}};
    CHECK(LOWERED(copy("a", file("b", "\t\tx\n", {.chomp = true}), "/etc/")) == p::instruction(mixed));
    CHECK(LOWERED(copy("a", "b", at_runtime("/c"))) == p::instruction(copy_of({"a", "b"}, "/c")));  // the builder's own affair
    CHECK(LOWERED(copy("a", "b", "c", "d", "e", at_runtime("/f"))) == p::instruction(copy_of({"a", "b", "c", "d", "e"}, "/f")));
    p::copy many = copy_of({}, "/");
    for (auto const* name : {"a", "b", "c", "d"}) many.files.push_back({name, "x\n", true, false, 0});
    CHECK(LOWERED(copy(file("a", "x"), file("b", "x"), file("c", "x"), file("d", "x"), "/")) == p::instruction(many));
    many.add = true;
    CHECK(LOWERED(add(file("a", "x"), file("b", "x"), file("c", "x"), file("d", "x"), "/")) == p::instruction(many));
    p::copy both = copy_of({"y"}, "/d/");
    both.from = image_reference("i");
    both.files = {{"a", "x\n", true, false, 0}};
    CHECK(LOWERED(copy(from("i"), "y", file("a", "x"), "/d/")) == p::instruction(both));
    both.sources.clear();
    both.destination = "/d";
    CHECK(LOWERED(copy(from("i"), file("a", "x"), "/d")) == p::instruction(both));
}

TEST_CASE("scripts are heredocs") {
    CHECK(LOWERED(run(script(R"(
        set -e
        make
    )"))) == p::instruction(run_of(shell_form("        set -e\n        make\n"))));

    auto shebang = run_of(shell_form("<<EOF"));
    shebang.heredocs = {{"EOF", "#!/usr/bin/env python3\nprint(1)\n", true, false, 0}};
    CHECK(LOWERED(run(script("#!/usr/bin/env python3\nprint(1)\n"))) == p::instruction(shebang));

    auto complex = run_of(shell_form("python3 <<A; cat 3<<-B"));
    complex.heredocs = {{"A", "print(1)\n", true, false, 0}, {"B", "\tb\n", false, true, 3}};
    CHECK(LOWERED(
              run("python3 <<A; cat 3<<-B").heredoc("A", "print(1)\n").heredoc("B", "\tb\n", {.expand = false, .chomp = true, .fd = 3})) ==
          p::instruction(complex));
}

TEST_CASE("mounts and options of RUN") {
    auto expected = run_of(shell_form("x"));
    expected.mounts = {
        {{}, {{"type", "cache"}, {"target", "/c"}}},
        {{}, {{"type", "cache"}, {"target", "/d"}, {"id", "i"}, {"sharing", "locked"}, {"mode", "0755"}, {"uid", "1000"}, {"gid", "$G"}}},
        {{}, {{"type", "bind"}, {"source", "src"}, {"target", "/b"}}},
        {{}, {{"type", "bind"}, {"target", "/b"}, {"readonly", "false"}}},
        {{}, {{"type", "secret"}, {"id", "token"}}},
        {{}, {{"type", "secret"}, {"id", "t"}, {"env", "T"}, {"required", "true"}, {"mode", "0400"}}},
        {{}, {{"type", "ssh"}}},
        {{}, {{"type", "ssh"}, {"id", "k"}, {"required", "false"}}},
        {{}, {{"type", "tmpfs"}, {"target", "/t"}, {"size", "64m"}}},
        {image_reference("alpine"), {{"type", "bind"}, {"source", "/s"}, {"target", "/m"}}},
    };
    expected.network = "none";
    expected.security = "insecure";
    expected.devices = {"vendor.com/class=x"};
    CHECK(LOWERED(run("x")
                      .cache("/c")
                      .cache("/d", {.id = "i", .sharing = "locked", .mode = 0755, .uid = 1000, .gid = "$G"})
                      .bind("src", "/b")
                      .bind("/b", {.rw = true})
                      .secret("token")
                      .secret("t", {.env = "T", .required = true, .mode = "0400"})
                      .ssh()
                      .ssh("k", {.required = false})
                      .tmpfs("/t", {.size = "64m"})
                      .bind(from("alpine"), "/s", "/m")
                      .network("none")
                      .security("insecure")
                      .device("vendor.com/class=x")) == p::instruction(expected));
}

TEST_CASE("health checks") {
    CHECK(LOWERED(healthcheck(none)) == p::instruction(p::healthcheck{true, {}, "", "", "", "", ""}));
    CHECK(LOWERED(healthcheck("curl x")) == p::instruction(p::healthcheck{false, shell_form("curl x"), "", "", "", "", ""}));
    CHECK(LOWERED(healthcheck(exec("a", "b"),
                              {.interval = "30s", .timeout = "1m30s", .start_period = "0", .start_interval = "1.5s", .retries = 3})) ==
          p::instruction(p::healthcheck{false, exec_form({"a", "b"}), "30s", "1m30s", "0", "1.5s", "3"}));
}

TEST_CASE("triggers become text") {
    CHECK(TRIGGER("RUN  make") == "RUN  make");
    CHECK(TRIGGER(run("make all").cache("/c")) == "RUN --mount=type=cache,target=/c make all");
    CHECK(TRIGGER(run(exec("a", "b\"c"))) == "RUN [\"a\", \"b\\\"c\"]");
    CHECK(TRIGGER(run(script("a\nb\n"))) == "RUN <<EOF\na\nb\nEOF");
    CHECK(TRIGGER(copy("a", "b", "/c/").chown("u").link()) == "COPY --chown=u --link a b /c/");
    CHECK(TRIGGER(copy("a b", "/c")) == "COPY [\"a b\", \"/c\"]");
    CHECK(TRIGGER(env("A", "b c", "D", "\"e f\"")) == "ENV A=b\\ c D=\"e f\"");
    CHECK(TRIGGER(arg("A", "")) == "ARG A=\"\"");
    CHECK(TRIGGER(healthcheck("x", {.interval = "1s"})) == "HEALTHCHECK --interval=1s CMD x");
    CHECK(TRIGGER(user("u")) == "USER u");
}

TEST_CASE("stages, edges and order") {
    constexpr auto build = stage<"build">(from("golang:1.22").platform("linux/amd64"), run("x"));
    constexpr auto prod = stage<"prod">(from(scratch));
    constexpr auto dev = stage<"dev">(from(prod));
    constexpr auto app = stage<"app">(from(select("${KIND}", prod, dev)), copy(from(build), "/a", "/b"), copy(from("nginx:1"), "/c", "/d"),
                                      run("y").bind(from(build), "/s", "/t").cache(from(build), "/s", "/u"));

    SECTION("as written, when that is an order") {
        constexpr auto g = graph(build, prod, dev, app);
        auto const plan = dsl::lower(g);
        REQUIRE(plan.stages.size() == 4);
        CHECK(plan.targets.empty());
        CHECK(plan.stages[0].name == "build");
        CHECK(plan.stages[0].platform == "linux/amd64");
        CHECK(plan.stages[0].from == image_reference("golang:1.22"));
        CHECK(plan.stages[1].from == p::reference{p::reference::kind::scratch, 0, "scratch", {}});
        CHECK(plan.stages[2].from == stage_reference(1, "prod"));
        CHECK(plan.stages[3].from == p::reference{p::reference::kind::select, 0, "${KIND}", {1, 2}});
        CHECK(std::get<p::copy>(plan.stages[3].steps[0].what).from == stage_reference(0, "build"));
        CHECK(std::get<p::copy>(plan.stages[3].steps[1].what).from == image_reference("nginx:1"));
        auto const& mounts = std::get<p::run>(plan.stages[3].steps[2].what).mounts;
        CHECK(mounts.at(0).from == stage_reference(0, "build"));
        CHECK(mounts.at(1).from == stage_reference(0, "build"));
        CHECK(mounts.at(1).options.at("type") == "cache");
    }
    SECTION("sorted otherwise; the last one written is the image") {
        constexpr auto g = graph(dev, prod, app, build);
        auto const plan = dsl::lower(g);
        std::string names;
        for (auto const& s : plan.stages) names += s.name + " ";
        CHECK(names == "prod dev build app ");
        CHECK(plan.targets == std::vector<std::size_t>{2});
    }
    SECTION("several targets, named again or not") {
        constexpr auto g = graph(build, prod, targets(dev, app));
        auto const plan = dsl::lower(g);
        CHECK(plan.stages.size() == 4);
        CHECK(plan.targets == std::vector<std::size_t>{2, 3});
        constexpr auto h = graph(targets(prod, app), build, prod, dev, app);
        CHECK(dsl::lower(h).targets == std::vector<std::size_t>{1, 3});
    }
}

TEST_CASE("global arguments keep their lines") {
    constexpr auto a = stage<"a">(from("x:$V"));
    constexpr auto g = graph(args(arg("V", "1"),  //
                                  arg("W")),
                             a);
    auto const plan = dsl::lower(g);
    REQUIRE(plan.args.size() == 2);
    CHECK(plan.args[0].what == p::arg{"V", "1"});
    CHECK(plan.args[1].what == p::arg{"W", std::nullopt});
    CHECK(plan.args[1].source.line == plan.args[0].source.line + 1);
}

TEST_CASE("every instruction knows its place") {
    constexpr auto a = stage<"a">(from("x"),  //
                                  run("y"),   //
                                  env("A", "1", "B", "2"));
    constexpr unsigned line = __LINE__ - 3;
    constexpr auto g = graph(a);
    auto const plan = dsl::lower(g);
    CHECK(plan.stages[0].source.line == static_cast<int>(line));
    CHECK(plan.stages[0].steps[0].source.line == static_cast<int>(line) + 1);
    CHECK(plan.stages[0].steps[1].source.line == static_cast<int>(line) + 2);
    CHECK(plan.stages[0].source.file.find("lower.cpp") != std::string::npos);
}

TEST_CASE("nameless stages have numbers") {
    constexpr auto first = stage<"0">(from("x"));
    constexpr auto last = stage<"last">(from("y"), copy(from(first), "/a", "/b"));
    constexpr auto again = stage<"again">(from("z"), copy(from(ref<"1">), "/a", "/b"));
    constexpr auto g = graph(first, last, again);
    auto const plan = dsl::lower(g);
    CHECK(plan.stages[0].name.empty());
    CHECK(std::get<p::copy>(plan.stages[1].steps[0].what).from == stage_reference(0, "0"));
    CHECK(std::get<p::copy>(plan.stages[2].steps[0].what).from == stage_reference(1, "1"));
}

TEST_CASE("text of run time") {
    std::string const version = "1.2", command = "make V=" + version;
    auto const a = stage<"a">(from(at_runtime(version)), run(at_runtime(command)), copy(at_runtime("../x"), "/y"));
    auto const g = graph(a);
    auto const plan = dsl::lower(g);
    CHECK(plan.stages[0].from == image_reference("1.2"));
    CHECK(plan.stages[0].steps[0].what == p::instruction(run_of(shell_form("make V=1.2"))));
    CHECK(plan.stages[0].steps[1].what == p::instruction(copy_of({"../x"}, "/y")));
}

TEST_CASE("an image with the name of an earlier stage is refused") {
    constexpr auto build = stage<"build">(from("build"));  // itself: an image, as in a Dockerfile
    constexpr auto app = stage<"app">(from("x"), copy(from("build"), "/a", "/b"));
    constexpr auto alone = graph(build);
    CHECK(dsl::lower(alone).stages[0].from == image_reference("build"));
    constexpr auto g = graph(build, app);
    try {
        dsl::lower(g);
        FAIL("accepted");
    } catch (failure const& f) {
        CHECK(std::string(f.what()).find("\"build\"") != std::string::npos);
        CHECK(f.where.find("lower.cpp:") != std::string::npos);
        CHECK(f.hint.find("from(build)") != std::string::npos);
    }
    constexpr auto zero = stage<"0">(from("x"));
    constexpr auto one = stage<"one">(from("0"));  // no number is a name
    constexpr auto numbers = graph(zero, one);
    CHECK(dsl::lower(numbers).stages[1].from == image_reference("0"));
    constexpr auto two = stage<"two">(from("x"), copy(from("0"), "/a", "/b"));  // but COPY --from=0 counts
    constexpr auto counted = graph(zero, two);
    CHECK_THROWS_AS(dsl::lower(counted), failure);
}
