// SPDX-License-Identifier: BSL-1.0
#include <constage/dockerfile/directive.hpp>
#include <constage/dockerfile/flags.hpp>
#include <constage/dockerfile/lint.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/dockerfile/read.hpp>
#include <constage/dockerfile/words.hpp>
#include <constage/failure.hpp>

#include <catch2/catch.hpp>

using namespace constage;
using strings = std::vector<std::string>;

namespace {

/// The text of each instruction.
strings texts(std::string const& file) {
    strings list;
    for (auto const& i : dockerfile::parse(file).instructions) list.push_back(i.text);
    return list;
}

failure refusal(std::string const& file) {
    try {
        dockerfile::read(file);
    } catch (failure const& f) { return f; }
    return failure("accepted");
}

dockerfile::instruction one(std::string const& line) { return dockerfile::parse("FROM a\n" + line).instructions.at(1); }

}  // namespace

TEST_CASE("a mark at the beginning, and bytes that are nothing special", "[F001]") {
    CHECK(texts("\xef\xbb\xbf"
                "FROM a\n") == strings{"FROM a"});
    CHECK(dockerfile::parse("\xef\xbb\xbf# escape=`\nFROM a\n").escape == '`');
    std::string const with_nul("FROM a\nRUN x\0y\n", 15);
    CHECK(texts(with_nul).at(1) == std::string("RUN x\0y", 7));
    CHECK(texts("FROM a\nRUN \xc3\xa4\n").at(1) == "RUN \xc3\xa4");
}

TEST_CASE("lines end in LF or CRLF, and are not endless", "[F002]") {
    CHECK(texts("FROM a\r\nRUN b\nRUN c") == strings{"FROM a", "RUN b", "RUN c"});
    CHECK(texts("FROM a\nRUN " + std::string(65531, 'x') + "\n").at(1).size() == 65535);
    CHECK_THAT(refusal("FROM a\nRUN " + std::string(65532, 'x') + "\n").what(), Catch::Contains("65535"));
}

TEST_CASE("comments are lines, even between continuation lines; a # elsewhere is text", "[F003]") {
    CHECK(texts("# one\n  # two\nFROM a\nRUN x # y\n") == strings{"FROM a", "RUN x # y"});
    CHECK(texts("FROM a\nRUN x \\\n# gone\n  # gone too \\\n  y\n").at(1) == "RUN x   y");
}

TEST_CASE("blanks in front of instructions go, those of continuation lines stay", "[F004]") {
    CHECK(texts(" \tFROM a\n   RUN b \\\n \tc\n") == strings{"FROM a", "RUN b  \tc"});
}

TEST_CASE("lines are continued by the escape character", "[F005]") {
    CHECK(texts("FROM a\nRUN a\\\nb\n").at(1) == "RUN ab");
    CHECK(texts("FROM a\nRUN a\\ \t\nb\n").at(1) == "RUN ab");
    CHECK(texts("FROM a\nRUN a\\\\\nRUN b\n") == strings{"FROM a", "RUN a\\\\", "RUN b"});
    CHECK(one("RUN [\"a\", \\\n  \"b\"]\n").arguments == strings{"a", "b"});
    CHECK(texts("# escape=`\nFROM a\nRUN a`\nb\\\nRUN c\n") == strings{"FROM a", "RUN ab\\", "RUN c"});
}

TEST_CASE("empty continuation lines are dropped with a warning, comments are not meant by it", "[F006]") {
    auto const rules = [](std::string const& text) {
        strings list;
        for (auto const& w : dockerfile::lint(dockerfile::parse(text))) list.push_back(w.rule);
        return list;
    };
    CHECK(texts("FROM a\nRUN x \\\n\n  y\n").at(1) == "RUN x   y");
    CHECK(rules("FROM a\nRUN x \\\n\n  y\n") == strings{"NoEmptyContinuation"});
    CHECK(rules("FROM a\nRUN x \\\n# c\n  y\n").empty());
}

TEST_CASE("a continuation at the end of the file ends the instruction", "[F007]") {
    CHECK(texts("FROM a\nRUN x \\") == strings{"FROM a", "RUN x "});
    CHECK(texts("FROM a\nRUN x \\\n") == strings{"FROM a", "RUN x "});
}

TEST_CASE("directives: at the top, in any case, each once", "[F011][F013]") {
    CHECK(dockerfile::parse("#  EsCaPe  =  ` \nFROM a\n").escape == '`');
    CHECK(dockerfile::parse("# check=skip=all\n# escape=`\nFROM a\n").escape == '`');
    for (auto const* text : {"\n# escape=`\nFROM a\n", "# a comment\n# escape=`\nFROM a\n", "# unknown=x\n# escape=`\nFROM a\n",
                             "FROM a\n# escape=`\n", "# esc\\\nape=`\nFROM a\n"})
        CHECK(dockerfile::parse(text).escape == '\\');
    CHECK_THAT(refusal("# escape=\\\n# escape=`\nFROM a\n").what(), Catch::Contains("only one escape parser directive"));
    CHECK_THAT(refusal("# escape=/\nFROM a\n").what(), Catch::Contains("escape"));
    CHECK(one("RUN a\\b `c`\n").arguments == strings{"a\\b `c`"});  // the shell's own affair
}

TEST_CASE("the syntax directive is found wherever it may stand, and a frontend is not fetched", "[F012][F015]") {
    auto const found = [](std::string const& text) {
        auto const d = dockerfile::find_directive("syntax", text);
        return d ? d->value : "none";
    };
    CHECK(found("# syntax=x/y:1\nFROM a\n") == "x/y:1");
    CHECK(found("#!/usr/bin/env tool\n# syntax=x/y:1\nFROM a\n") == "x/y:1");
    CHECK(found("// syntax=x/y:1\nstage {}\n") == "x/y:1");
    CHECK(found("{\"syntax\": \"x/y:1\"}") == "x/y:1");
    CHECK(found("FROM a\n# syntax=x/y:1\n") == "none");
    CHECK(dockerfile::parse("# syntax=no.such.host/frontend\nFROM a\n").syntax == "no.such.host/frontend");
    CHECK(dockerfile::read("# syntax=no.such.host/frontend\nFROM a\n") == dockerfile::read("FROM a\n"));
    CHECK(dockerfile::parse("#!/usr/bin/env tool\n# check=skip=all\nFROM a\n").check == "skip=all");
}

TEST_CASE("flags stand at the beginning, have a value or not, and come once", "[F017]") {
    auto const flags = [](std::string const& text) { return dockerfile::split_flags(text).flags; };
    CHECK(flags("--a=1 --b x --c") == strings{"--a=1", "--b"});
    CHECK(flags("--a=\"x y\" z") == strings{"--a=x y"});
    CHECK(flags("--a=x\\ y z") == strings{"--a=x y"});
    CHECK(std::string(dockerfile::split_flags("--a=1 -- --b x").rest) == " --b x");
    std::vector<dockerfile::flag> const known{
        {"link", dockerfile::flag_kind::truth}, {"chown", dockerfile::flag_kind::text}, {"exclude", dockerfile::flag_kind::list}};
    auto const read = [&](strings const& list) { return dockerfile::flag_values(list, known); };
    CHECK(read({"--link"}).truth("link") == true);
    CHECK(read({"--link=true"}).truth("link") == true);
    CHECK(read({"--link=false"}).truth("link") == false);
    CHECK_FALSE(read({}).truth("link"));
    CHECK(read({"--exclude=a", "--exclude=b"}).list("exclude") == strings{"a", "b"});
    CHECK_THROWS_WITH(read({"--link=yes"}), Catch::Contains("expecting boolean value for flag --link"));
    CHECK_THROWS_WITH(read({"--chown"}), Catch::Contains("missing a value on flag: --chown"));
    CHECK_THROWS_WITH(read({"--chown=1", "--chown=1"}), Catch::Contains("duplicate flag specified: --chown"));
    CHECK_THROWS_WITH(read({"--chwon=1"}), Catch::Contains("unknown flag: --chwon (did you mean chown?)"));
}

TEST_CASE("JSON or not", "[F018][F019]") {
    CHECK(one("CMD [\"a\", \"b c\"]").json);
    CHECK(one("CMD [\"\\u0041\\n\"]").arguments == strings{"A\n"});
    for (auto const* line : {"CMD ['a']", "CMD [a]", "CMD [\"a\"] b", "CMD [\"a\",]", "CMD [\"a\""}) {
        INFO(line);
        CHECK_FALSE(one(line).json);
        CHECK(one(line).arguments == strings{std::string(line).substr(4)});
    }
    CHECK_THAT(refusal("FROM a\nCMD [\"a\", 1]\n").what(), Catch::Contains("strings"));
    CHECK_THAT(refusal("FROM a\nCMD [\"a\", null]\n").what(), Catch::Contains("strings"));
}

TEST_CASE("errors name all lines of their instruction", "[F020]") {
    auto const f = refusal("FROM a\n# about\nCOPY \\\n  --form=b \\\n  c d\n");
    CHECK(f.where == "Dockerfile:3-5");
    CHECK_THAT(f.what(), Catch::Contains("did you mean from?"));
    CHECK(refusal("FROM a\nRUN x\nENV\n").where == "Dockerfile:3");
}

TEST_CASE("heredocs belong to RUN, COPY and ADD in words", "[H001]") {
    for (auto const* keyword : {"RUN", "COPY", "ADD", "ONBUILD RUN", "ONBUILD COPY"}) {
        auto const d = dockerfile::parse(std::string("FROM a\n") + keyword + " <<E /d/\nCMD x\nE\nCMD y\n");
        INFO(keyword);
        REQUIRE(d.instructions.size() == 3);
        REQUIRE(d.instructions[1].heredocs.size() == 1);
        CHECK(d.instructions[1].heredocs[0].content == "CMD x\n");
    }
    CHECK(texts("FROM a\nCMD cat <<E\nCMD x\n").size() == 3);
    CHECK(texts("FROM a\nRUN [\"cat\", \"<<E\"]\nCMD x\n").size() == 3);
}

TEST_CASE("the marker of a heredoc", "[H002]") {
    auto const marker = [](char const* word) { return dockerfile::heredoc_marker(word); };
    CHECK(marker("<<E")->name == "E");
    CHECK(marker("<<E")->expand);
    CHECK(marker("3<<-E")->fd == 3);
    CHECK(marker("3<<-E")->chomp);
    CHECK(marker("<<'a b'")->name == "a b");
    CHECK_FALSE(marker("<<'E'")->expand);
    CHECK(marker("<<E\"O\"F")->name == "EOF");
    CHECK_FALSE(marker("<<E\"O\"F")->expand);
    for (auto const* word : {"<<<E", "<E", "x<<E", "<<"}) CHECK_FALSE(marker(word));
}

TEST_CASE("the body of a heredoc is raw", "[H003][H005]") {
    auto const d = dockerfile::parse("FROM a\nCOPY <<A <<-B /d/\n# text \\\n\n E\n\"$x\nA\n\t\tone\n\t  two\n\tB\nCMD x\n");
    REQUIRE(d.instructions.size() == 3);
    CHECK(d.instructions[1].heredocs.at(0).content == "# text \\\n\n E\n\"$x\n");
    CHECK(dockerfile::without_tabs(d.instructions[1].heredocs.at(1).content) == "one\n  two\n");
    CHECK(d.instructions[1].last_line == 10);
    CHECK_THAT(refusal("FROM a\nRUN <<E\nx\n E\n").what(), Catch::Contains("unterminated heredoc"));
    CHECK(dockerfile::parse("FROM a\r\nRUN <<E\r\nx\r\nE\r\nCMD y\r\n").instructions.size() == 3);
}

TEST_CASE("a heredoc is a source, not a destination", "[H006]") {
    CHECK_THAT(refusal("FROM a\nCOPY a <<E\nx\nE\n").what(), Catch::Contains("heredoc"));
    auto const p = dockerfile::read("FROM a\nCOPY <<E <<E /d/\n1\nE\n2\nE\n");
    auto const files = std::get<plan::copy>(p.stages[0].steps[0].what).files;
    REQUIRE(files.size() == 2);
    for (auto const& f : files) CHECK(f.body == "2\n");  // a name means its last body
}

TEST_CASE("which option of a mount goes with which type", "[R007][R014]") {
    auto const mount = [](std::string const& options) {
        auto const p = dockerfile::read("FROM a\nRUN --mount=" + options + " x\n");
        return std::get<plan::run>(p.stages[0].steps[0].what).mounts.at(0).options;
    };
    auto const bad = [](std::string const& options) { return std::string(refusal("FROM a\nRUN --mount=" + options + " x\n").what()); };
    CHECK(mount("TYPE=cache,DST=/c").at("target") == "/c");
    CHECK(mount("target=/c,src=/s").at("type") == "bind");
    CHECK(mount("type=bind,target=/c,rw").at("readonly") == "false");
    CHECK(mount("type=bind,target=/c,ro=false").at("readonly") == "false");
    CHECK(mount("type=secret,id=i,required").at("required") == "true");
    CHECK_NOTHROW(mount("type=bind,target=/c,id=i,env=E"));  // mean nothing there
    for (auto const* key : {"mode=1", "uid=1", "gid=1"})
        for (auto const* type : {"bind", "tmpfs"})
            CHECK_THAT(bad(std::string("type=") + type + ",target=/c," + key), Catch::Contains("not allowed for"));
    for (auto const* type : {"bind", "cache", "secret", "ssh"})
        CHECK_THAT(bad(std::string("type=") + type + ",target=/c,size=1"), Catch::Contains("unexpected key 'size'"));
    CHECK_THAT(bad("required,type=secret,id=i"), Catch::Contains("unexpected key 'required'"));
    CHECK_THAT(bad("type=cache,target=/c,required"), Catch::Contains("unexpected key 'required'"));
    CHECK_THAT(bad("type=bind,target=/c,sharing=locked"), Catch::Contains("sharing"));
    CHECK_THAT(bad("type=secret,id=i,from=a"), Catch::Contains("from"));
    CHECK_THAT(bad("type=secret,id=i,source=s"), Catch::Contains("both source and id"));
    CHECK_THAT(bad("type=secret"), Catch::Contains("required"));
    CHECK_THAT(bad("type=bind,traget=/c"), Catch::Contains("did you mean target?"));
    CHECK_THAT(bad("type=bind,target"), Catch::Contains("key=value"));
}

TEST_CASE("flags that belong to one of COPY and ADD", "[C035][C021][C033]") {
    for (auto const* flag : {"--chown=1", "--chmod=600", "--link", "--exclude=x"})
        for (auto const* keyword : {"COPY ", "ADD "})
            CHECK(std::string(refusal(std::string("FROM a\n") + keyword + flag + " b c\n").what()) == "accepted");
    for (auto const* line :
         {"COPY --checksum=x b c", "COPY --keep-git-dir b c", "COPY --unpack b c", "ADD --parents b c", "ADD --from=x b c"})
        CHECK_THAT(refusal(std::string("FROM a\n") + line + "\n").what(), Catch::Contains("unknown flag"));
}

TEST_CASE("words of COPY", "[C001][C037]") {
    auto const copy = [](std::string const& line) {
        return std::get<plan::copy>(dockerfile::read("FROM a\n" + line).stages[0].steps[0].what);
    };
    CHECK(copy("COPY a  b /c").sources == strings{"a", "b"});
    CHECK(copy("COPY [\"a b\", \"/c d\"]").sources == strings{"a b"});
    CHECK(copy("COPY [\"a b\", \"/c d\"]").destination == "/c d");
    CHECK(copy("COPY -- --odd /c").sources == strings{"--odd"});
    CHECK(copy("COPY %25\xc3\xa4 /c").sources == strings{"%25\xc3\xa4"});
    CHECK_THAT(refusal("FROM a\nCOPY a\n").what(), Catch::Contains("at least two arguments"));
    CHECK_THAT(refusal("FROM a\nCOPY [\"a\"]\n").what(), Catch::Contains("at least two arguments"));
    CHECK(copy("COPY <<E /c\nx\nE\n").destination == "/c");
}

TEST_CASE("FROM and the names of stages", "[S001][S004]") {
    using kind = plan::reference::kind;
    auto const from = [](std::string const& line) { return dockerfile::read(line + "\n").stages.at(0); };
    CHECK(from("FROM a").from == plan::reference{kind::image, 0, "a", {}});
    CHECK(from("FROM a:1 aS b").name == "b");
    CHECK(from("FROM h:5000/a@sha256:" + std::string(64, '0')).from.text == "h:5000/a@sha256:" + std::string(64, '0'));
    CHECK(from("FROM a AS B-1_c.d").name == "b-1_c.d");
    for (auto const* name : {"1", "-a", "a/b", "_", "\xc3\xa4"})
        CHECK_THAT(refusal(std::string("FROM a AS ") + name + "\n").what(), Catch::Contains("invalid name for build stage"));
    for (auto const* line : {"FROM a b", "FROM a AS", "FROM a IS b", "FROM", "FROM a AS b c"}) {
        INFO(line);
        CHECK(std::string(refusal(std::string(line) + "\n").what()) != "accepted");
    }
}

TEST_CASE("of two stages of one name later instructions mean the later", "[S005]") {
    auto const text = "FROM a AS x\nFROM b AS x\nFROM scratch\nCOPY --from=x / /\n";
    CHECK(std::get<plan::copy>(dockerfile::read(text).stages[2].steps[0].what).from.stage == 1);
    auto const warnings = dockerfile::lint(dockerfile::parse(text));
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].rule == "DuplicateStageName");
}

TEST_CASE("a number means a stage for COPY only", "[S008]") {
    using kind = plan::reference::kind;
    auto const p = dockerfile::read("FROM a\nFROM 0\nCOPY --from=0 / /\nRUN --mount=from=0,target=/t x\n");
    CHECK(p.stages[1].from.what == kind::image);
    CHECK(std::get<plan::copy>(p.stages[1].steps[0].what).from == plan::reference{kind::stage, 0, "0", {}});
    CHECK(std::get<plan::run>(p.stages[1].steps[1].what).mounts.at(0).from.what == kind::image);
}

TEST_CASE("a stage's name hides an image's, but not from itself", "[S003]") {
    using kind = plan::reference::kind;
    auto const p = dockerfile::read("FROM busybox AS busybox\nFROM busybox\nCOPY --from=BusyBox / /\n");
    CHECK(p.stages[0].from.what == kind::image);
    CHECK(p.stages[1].from.what == kind::stage);
    CHECK(std::get<plan::copy>(p.stages[1].steps[0].what).from.what == kind::stage);
}

TEST_CASE("instructions that are refused as written", "[G001][G003][G005][G007][G011][G012][G014]") {
    for (auto const& [line, wanted] : std::vector<std::pair<std::string, std::string>>{
             {"ENV a", "must have two arguments"},
             {"ENV =b", "names can not be blank"},
             {"ENV a=1 b", "Can't find = in"},
             {"LABEL a", "must have two arguments"},
             {"LABEL =b", "names can not be blank"},
             {"EXPOSE", "requires at least one argument"},
             {"USER", "requires exactly one argument"},
             {"SHELL /bin/sh", "JSON form"},
             {"SHELL []", ""},
             {"HEALTHCHECK", ""},
             {"HEALTHCHECK NONE x", ""},
             {"HEALTHCHECK x", "Unknown type"},
             {"HEALTHCHECK CMD", ""},
             {"ONBUILD ONBUILD RUN x", "ONBUILD"},
             {"ONBUILD FROM a", "FROM"},
             {"ONBUILD MAINTAINER a", "MAINTAINER"},
         }) {
        INFO(line);
        auto const said = std::string(refusal("FROM a\n" + line + "\n").what());
        CHECK(said != "accepted");
        CHECK_THAT(said, Catch::Contains(wanted, Catch::CaseSensitive::No));
    }
}
