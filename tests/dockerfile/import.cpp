// SPDX-License-Identifier: BSL-1.0
#include <constage/dockerfile/cpp_text.hpp>
#include <constage/dockerfile/escape.hpp>
#include <constage/dockerfile/import.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/dsl/check/path.hpp>
#include <constage/failure.hpp>

#include <catch2/catch.hpp>

using namespace constage;

namespace {

std::string import(std::string const& text) { return dockerfile::to_cpp(dockerfile::parse(text, "dir/Dockerfile")); }

/// The lines between `stage<…>(` and the end of the last stage of a file with one instruction more than FROM.
std::string line(std::string const& instruction) {
    auto const code = import("FROM scratch AS other\nFROM scratch AS it\n" + instruction);
    auto const begin = code.find("    from(scratch),\n", code.find("it = ")) + 19;
    auto text = code.substr(begin, code.find(");\n", begin) - begin);
    return text.substr(text.find_first_not_of(' '));
}

}  // namespace

TEST_CASE("import: a whole file") {
    CHECK(import("# syntax=x/y\n# About.\n\n# Which.\nARG V=1\n# Compiler\\\nFROM gcc:${V} AS build\n# Why\nRUN make \\\n    # twice\n    "
                 "&& make\n"
                 "FROM scratch\nCOPY --from=0 /a /b\n# end\n") ==
          R"expected(// Imported from dir/Dockerfile by constage.
// About.
// Which.
#include <constage/dsl.hpp>

using namespace constage;

// Compiler\ //
constexpr auto build = stage<"build">(
    from("gcc:${V}"),
    // Why
    run("make "
        // twice
        "    && make"));

constexpr auto image = stage<"1">(
    from(scratch),
    copy(from(build), "/a", "/b"));

// end

constexpr auto image_graph = graph(
    args(
        arg("V", "1")),
    build, image);

int main(int argc, char** argv) { return constage::main(argc, argv, image_graph); }
)expected");
}

TEST_CASE("import: instructions") {
    CHECK(line("RUN a") == "run(\"a\")");
    CHECK(line("RUN [\"a\", \"\\n\"]") == "run(exec(\"a\", \"\\n\"))");
    CHECK(line("RUN echo \"x\"") == "run(R\"(echo \"x\")\")");
    CHECK(line("RUN <<EOF\na\n\nEOF") == "run(script(R\"(\na\n\n)\"))");
    CHECK(line("RUN cat <<-'X' 3<<Y\n\ta\nX\nb\nY") ==
          "run(\"cat <<-'X' 3<<Y\")\n        .heredoc(\"X\", R\"(\n\ta\n)\",\n            {.expand = false, .chomp = true})\n        "
          ".heredoc(\"Y\", R\"(\nb\n)\",\n            {.fd = 3})");
    CHECK(line("COPY --link <<a /d\n1\na\n") == "copy(\n        file(\"a\", R\"(\n1\n)\"),\n        \"/d\")\n        .link()");
    CHECK(line("ENTRYPOINT a \\\n b") == "entrypoint(\"a \"\n               \" b\")");
    CHECK(line("RUN --mount=type=cache,target=/c,id=i,uid=1 --network=none a") ==
          "run(\"a\")\n        .cache(\"/c\", {.id = \"i\", .uid = \"1\"})\n        .network(\"none\")");
    CHECK(line("RUN --mount=from=other,src=/s,target=/t,rw a") == "run(\"a\").bind(from(other), \"/s\", \"/t\", {.rw = true})");
    CHECK(line("COPY --from=busybox --chown=1:2 --exclude=*.a a b /d/") ==
          "copy(from(\"busybox\"), \"a\", \"b\", \"/d/\").chown(\"1:2\").exclude(\"*.a\")");
    CHECK(line("COPY ../a /") == "copy(at_runtime(\"../a\"), \"/\")");
    CHECK(line("ADD --keep-git-dir=false --checksum=sha256:1 https://a/b.git /d") ==
          "add(\"https://a/b.git\", \"/d\").checksum(at_runtime(\"sha256:1\")).keep_git_dir(false)");
    CHECK(line("ENV a=b c=\"d e\"") == "env(\n        \"a\", \"b\",\n        \"c\", R\"(\"d e\")\")");
    CHECK(line("ENV a b") == "env(\"a\", \"b\")");
    CHECK(line("ARG a b=1") == "args(arg(\"a\"), arg(\"b\", \"1\"))");
    CHECK(line("EXPOSE 80 443/tcp") == "expose(\"80\", \"443/tcp\")");
    CHECK(line("HEALTHCHECK --retries=3 CMD x") == "healthcheck(\"x\", {.retries = \"3\"})");
    CHECK(line("HEALTHCHECK NONE") == "healthcheck(none)");
    CHECK(line("ONBUILD RUN x") == "onbuild(\"RUN x\")");
    CHECK(line("COPY a b /d") ==
          "// Several sources and no slash at the end of the destination: they overwrite each other.\n    copy(\"a\", \"b\", "
          "at_runtime(\"/d\"))");
}

TEST_CASE("import: names, choices, escape") {
    auto const code = import("FROM a AS run\nFROM b AS x-y\nFROM c AS x.y\nFROM x-$V AS last\nFROM run\n");
    CHECK(code.find("constexpr auto run_stage = stage<\"run\">(\n    from(\"a\"));") != std::string::npos);
    CHECK(code.find("constexpr auto x_y = stage<\"x-y\">(") != std::string::npos);
    CHECK(code.find("constexpr auto x_y_2 = stage<\"x.y\">(") != std::string::npos);
    CHECK(code.find("from(select(\"x-$V\", x_y))") != std::string::npos);
    CHECK(code.find("from(run_stage)") != std::string::npos);
    CHECK(import("# escape=`\nFROM a\nWORKDIR C:\\x`$y\n").find(R"x(workdir(R"(C:\\x\$y)"))x") != std::string::npos);
    CHECK(dockerfile::with_backslashes("'a\\`b' \"c\\`\"d`x\" `` \\") == "'a\\`b' \"c\\\\\\\"d`x\" \\` \\\\");
}

TEST_CASE("import: C++ text") {
    CHECK(dockerfile::cpp_literal("a\tb\x01") == "\"a\\tb\\001\"");
    CHECK(dockerfile::cpp_literal("a)\"b") == "R\"text(a)\"b)text\"");
    CHECK(dockerfile::cpp_body("a\r\nb\n") == "\"\\n\"\n        \"a\\r\\n\"\n        \"b\\n\"");
    CHECK(dockerfile::checked_literal("/", dsl::check::mount_target) == "at_runtime(\"/\")");
    std::set<std::string> taken;
    CHECK(dockerfile::cpp_name("3-b--c", taken) == "stage_3_b_c");
    CHECK(dockerfile::cpp_name("class", taken) == "class_stage");
    CHECK_THROWS_AS(import("FROM a\nBOGUS"), failure);
}
