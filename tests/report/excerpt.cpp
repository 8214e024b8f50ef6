// SPDX-License-Identifier: BSL-1.0
#include <constage/report/excerpt.hpp>

#include <catch2/catch.hpp>

using namespace constage;

namespace {

report::source_reader reads(std::string text) {
    return [text](std::string const& file) { return file == "Dockerfile" ? std::optional(text) : std::nullopt; };
}

}  // namespace

TEST_CASE("places in their parts") {
    auto const parts = [](std::string_view where) {
        auto const p = report::parse_place(where);
        return p.file + "|" + std::to_string(p.line) + "|" + std::to_string(p.last_line);
    };
    CHECK(parts("Dockerfile:7") == "Dockerfile|7|7");
    CHECK(parts("C:/x/Dockerfile:7-9") == "C:/x/Dockerfile|7|9");
    CHECK(parts("Dockerfile") == "Dockerfile|0|0");
    CHECK(parts("Dockerfile:x") == "Dockerfile:x|0|0");
    CHECK(parts("Dockerfile:9-7") == "Dockerfile:9-7|0|0");
    CHECK(parts("Dockerfile:99999999999") == "Dockerfile:99999999999|0|0");
    CHECK(parts("") == "|0|0");
}

TEST_CASE("an excerpt marks the lines that are meant") {
    std::string const text = "FROM a\r\n\nRUN x \\\n  y\n# end\n\nCMD z";
    CHECK(report::excerpt(text, {"Dockerfile", 3, 4}) ==
          "Dockerfile:3\n--------------------\n   1 |     FROM a\n   2 |\n   3 | >>> RUN x \\\n   4 | >>>   y\n   5 |     # end\n   6 "
          "|\n--------------------\n");
    CHECK(report::excerpt(text, {"D", 7, 7}) ==
          "D:7\n--------------------\n   5 |     # end\n   6 |\n   7 | >>> CMD z\n--------------------\n");
    CHECK(report::excerpt(text, {"D", 8, 8}).empty());
    CHECK(report::excerpt(text, {"D", 0, 0}).empty());
    CHECK(report::excerpt("", {"D", 1, 1}).empty());
}

TEST_CASE("a failure in full") {
    auto f = failure("process \"/bin/sh -c false\" did not complete successfully: exit code: 1")
                 .with_where("Dockerfile:2")
                 .with_stage("build")
                 .with_instruction("RUN false")
                 .with_hint("see the log");
    f.log = "one\ntwo";
    CHECK(report::failure_text(f, reads("FROM a\nRUN false\n")) == R"(------
 > [build] RUN false:
one
two
------
Dockerfile:2
--------------------
   1 |     FROM a
   2 | >>> RUN false
--------------------
ERROR: process "/bin/sh -c false" did not complete successfully: exit code: 1
hint: see the log
)");
}

TEST_CASE("a failure says as much as is known") {
    CHECK(report::failure_text(failure("broke"), {}) == "ERROR: broke\n");
    CHECK(report::failure_text(failure("broke").with_where("x.cpp:12"), reads("")) == "x.cpp:12\nERROR: broke\n");
    CHECK(report::failure_text(failure("broke").with_where("/some/file"), {}) == "/some/file\nERROR: broke\n");
}
