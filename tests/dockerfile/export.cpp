// SPDX-License-Identifier: BSL-1.0
#include <constage/dockerfile/read.hpp>
#include <constage/export/dockerfile.hpp>
#include <constage/failure.hpp>

#include <catch2/catch.hpp>

#include "../tables.hpp"

using namespace constage;

namespace {

plan::plan stage_with(plan::instruction what) {
    plan::plan p;
    p.stages.push_back({"", {plan::reference::kind::scratch, 0, "scratch", {}}, "", {{std::move(what), {}}}, {}});
    return p;
}

}  // namespace

TEST_CASE("export: what was read is written so that it reads the same") {
    for (std::string const text : {
             "ARG V=\"1 2\"\nARG W\nFROM --platform=$BUILDPLATFORM a:${V} AS base\nFROM base\nCOPY --from=base --chown=a:b --link a \"b\" "
             "c/\n",
             "# escape=`\nFROM a\nENV a=`\"x b=c:\\d\nWORKDIR c:\\x\n",
             "FROM a\nENV a  b  c=d\nENV it it's\nLABEL a=\"b c\" d=\nLABEL a\"b c\" d='e'\nENV k=v\\ w x='y z'\n",
             "FROM a\nRUN --mount=type=secret,id=x --mount='type=bind,\"source=a,b\",target=/t' --network=none cat a    && b\\\n  # c\n   "
             "&& d\n",
             "FROM a\nRUN <<EOF\nEOF\nRUN <<X\na\nEOF\nX\nRUN cat <<-A | b <<'B'\n\tx\n\tA\ny\nB\nRUN <<-'S'\n\t#!/bin/sh\n\tx\n\tS\n",
             "FROM a\nCOPY <<a <<-\"b\" /d/\n1\na\n\t2\n\tb\nADD [\"x y\", \"z\"]\nVOLUME [\"a b\"]\nVOLUME c d\nEXPOSE 1 2/udp\n",
             "FROM a\nCMD\nCMD []\nENTRYPOINT x y\nSHELL [\"a\", \"\\\"\\n\"]\nHEALTHCHECK --interval=5s CMD x\nHEALTHCHECK "
             "NONE\nSTOPSIGNAL 9\nUSER a b\n",
             "FROM a\nENV -- --b=2 c=3\nARG -- --b=2 c\nLABEL -- --b 2\nEXPOSE -- --3\nUSER -- --a\nCMD -- --x\nHEALTHCHECK CMD --x\n",
             "FROM a\nONBUILD RUN <<E\nx\nE\nMAINTAINER a <b>\nRUN -- --x\nARG a b=\"c d\"\n",
         }) {
        auto const before = dockerfile::read(text);
        auto const written = exporter::to_dockerfile(before);
        INFO(text << "became\n" << written);
        CHECK(dockerfile::read(written) == before);
    }
}

TEST_CASE("export: what only a program can say") {
    auto const blank = exporter::to_dockerfile(stage_with(plan::env{{{"a", "x y"}, {"b", "'it is'"}}}));
    CHECK(blank.find("ENV a=x\\ y b='it is'\n") != std::string::npos);
    CHECK_THROWS_AS(exporter::to_dockerfile(stage_with(plan::workdir{"a\nb"})), failure);
    auto p = stage_with(plan::workdir{"/"});
    p.stages.push_back({"", {plan::reference::kind::stage, 0, "0", {}}, "", {}, {}});
    CHECK(dockerfile::read(exporter::to_dockerfile(p)).stages[1].from.what == plan::reference::kind::stage);
    auto const line = exporter::to_dockerfile(stage_with(plan::run{{true, {"x" + std::string(200000, 'y')}}, {}, {}, "", "", {}}));
    CHECK_THROWS_AS(dockerfile::read(line), failure);  // one word: nobody can break it
    std::string words = "x";
    for (int i = 0; i != 50000; ++i) words += " word";
    auto const many = stage_with(plan::run{{true, {words}}, {}, {}, "", "", {}});
    CHECK(dockerfile::read(exporter::to_dockerfile(many)) == many);
}

TEST_CASE("export: all files of the corpus", "[.][law2]") {  // ctest corpus.law2
    auto const root = tables::find("corpus/dockerfiles");
    if (!root) {
        WARN("skipped: the corpus is not there");
        return;
    }
    std::size_t files = 0, plans = 0;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(*root)) {
        if (!entry.is_regular_file()) continue;
        ++files;
        plan::plan before;
        try {
            before = dockerfile::read(tables::read(entry.path()));
        } catch (failure const&) { continue; }
        ++plans;
        INFO(entry.path().string());
        CHECK(dockerfile::read(exporter::to_dockerfile(before)) == before);
    }
    WARN("written and read again: " << plans << " plans, of " << files << " files");
}
