// SPDX-License-Identifier: BSL-1.0
#include <constage/report/summary.hpp>

#include <catch2/catch.hpp>

#include <sstream>

using namespace constage;

namespace {

engine::report example() {
    engine::report r;
    r.wall = 12'000'000'000;
    r.critical_path = 9'100'000'000;
    r.left_behind = 340'000'000;
    r.images.push_back({"app", "linux/amd64", "sha256:abc", "sha256:def", 60'000'000, 152'000'000, 150'000'000});
    r.stages.push_back({"build", false, 0, 9'000'000'000, 9'000'000'000, 340'000'000, 2'000'000});
    r.stages.push_back({"docs", false, 3'000'000'000, 6'000'000'000, 3'000'000'000, 2'000'000, 0});
    r.stages.push_back({"app", true, 11'000'000'000, 12'000'000'000, 500'000'000, 152'000'000, 152'000'000});
    r.steps.push_back({0, 0, "RUN mvn package", {"Dockerfile", 4, 0}, false, false, 9'000'000'000, 0, 340'000'000});
    r.steps.push_back({1, 2, "jre:11", {"Dockerfile", 10, 0}, true, true, 0, 0, 150'000'000});
    r.steps.push_back({2, 2, "COPY --from=build /app.jar /app/", {"Dockerfile", 11, 0}, false, true, 500'000'000, 1'000'000, 2'000'000});
    return r;
}

}  // namespace

TEST_CASE("the summary: time, image, source lines, what was left behind") {
    CHECK(report::summary(example()) == R"(2 of 3 steps ran in 12.0s, critical path 9.1s
  build     9.0s  |========================        |
  docs      3.0s  |        ========                |
  app       0.5s  |                             ===|
image app linux/amd64: 60.0 MB compressed, 152.0 MB of files (150.0 MB from the base image)
  sha256:abc
in the image, by source line:
   150.0 MB  Dockerfile:10  jre:11
     2.0 MB  Dockerfile:11  COPY --from=build /app.jar /app/
  stage      files  in the image
  build   340.0 MB        2.0 MB
  docs      2.0 MB           0 B
  app     152.0 MB      152.0 MB
left behind: 340.0 MB of build stages are not in the image
)");
}

TEST_CASE("the summary of a build that did nothing is short") {
    auto r = example();
    for (auto& s : r.steps) s.cached = true;
    CHECK(report::summary(r).starts_with("3 steps in 12.0s: everything was cached\nimage app"));
    CHECK(report::summary({}) == "0 steps in 0.0s: everything was cached\n");
}

TEST_CASE("the summary fits the terminal and stays short") {
    auto r = example();
    for (int i = 0; i != 40; ++i) r.steps.push_back({3, 2, std::string(300, 'x'), {"Dockerfile", 20 + i, 0}, false, true, 1, 1, 1000});
    auto const text = report::summary(r, 50);
    CHECK(text.find("  30 more\n") != std::string::npos);
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        if (!line.starts_with("2 of") && !line.starts_with("42 of") && !line.starts_with("left")) CHECK(line.size() <= 52);
}
