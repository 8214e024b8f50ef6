// SPDX-License-Identifier: BSL-1.0
#include <constage/cli/values.hpp>
#include <constage/failure.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace constage;
using namespace constage::cli;

namespace {

template <class F>
std::string refusal(F const& f) {
    try {
        f();
    } catch (failure const& e) {
        CHECK(e.usage);
        return e.what();
    }
    return "accepted";
}

std::string secret(std::string const& text) {
    auto const s = parse_secret(text);
    return s.id + "|" + s.src + "|" + s.env;
}

}  // namespace

TEST_CASE("build arguments come from the command line or the environment", "[B002]") {
    ::setenv("CONSTAGE_TEST_ARG", "from env", 1);
    ::unsetenv("CONSTAGE_TEST_NONE");
    CHECK(parse_build_arg("A=b=c") == std::pair<std::string, std::string>("A", "b=c"));
    CHECK(parse_build_arg("A=") == std::pair<std::string, std::string>("A", ""));
    CHECK(parse_build_arg("CONSTAGE_TEST_ARG") == std::pair<std::string, std::string>("CONSTAGE_TEST_ARG", "from env"));
    CHECK_FALSE(parse_build_arg("CONSTAGE_TEST_NONE"));
    CHECK(refusal([] { parse_build_arg("=x"); }) == "invalid value \"=x\" for --build-arg");
    CHECK(refusal([] { parse_build_arg(""); }) == "invalid value \"\" for --build-arg");
}

TEST_CASE("secrets as buildx spells them", "[B014]") {
    ::setenv("CONSTAGE_TEST_SECRET", "s", 1);
    CHECK(secret("id=a,src=/f") == "a|/f|");
    CHECK(secret("id=a,source=/f,type=file") == "a|/f|");
    CHECK(secret("id=a,env=E") == "a||E");
    CHECK(secret("id=CONSTAGE_TEST_SECRET") == "CONSTAGE_TEST_SECRET||CONSTAGE_TEST_SECRET");
    CHECK(secret("id=CONSTAGE_TEST_SECRET,type=file") == "CONSTAGE_TEST_SECRET|CONSTAGE_TEST_SECRET|");
    CHECK(secret("id=file.txt") == "file.txt|file.txt|");
    CHECK(secret("type=env,id=E") == "E||E");
    CHECK(secret("type=env,id=a,src=E") == "a||E");
    CHECK(refusal([] { parse_secret("src=/f"); }) == "invalid value \"src=/f\" for --secret");
    CHECK(refusal([] { parse_secret("id=a,type=x"); }) != "accepted");
    CHECK(refusal([] { parse_secret("id=a,color=x"); }) != "accepted");
}

TEST_CASE("sizes, ages, times") {
    CHECK(parse_size("--shm-size", "1024") == 1024);
    CHECK(parse_size("--shm-size", "64m") == 64u << 20);
    CHECK(parse_size("--shm-size", "1Gb") == 1u << 30);
    CHECK(parse_size("--shm-size", "2KiB") == 2048);
    for (auto const* wrong : {"", "m", "-1", "1x", "1mm", "1.5g", "99999999999999999999", "99999999999g"})
        CHECK(refusal([&] { parse_size("--shm-size", wrong); }) == std::string("invalid value \"") + wrong + "\" for --shm-size");
    CHECK(parse_age("--filter", "24h") == 86400);
    CHECK(parse_age("--filter", "1h30m") == 5400);
    CHECK(parse_age("--filter", "7d") == 604800);
    for (auto const* wrong : {"", "h", "24", "1y", "9999999999999999999h", "1h "})
        CHECK(refusal([&] { parse_age("--filter", wrong); }) != "accepted");
    CHECK(parse_timestamp("--timestamp", "0") == 0);
    CHECK(parse_timestamp("--timestamp", "1700000000") == 1700000000);
    CHECK(parse_timestamp("--timestamp", "9223372036") == 9223372036);
    for (auto const* wrong : {"", "-1", "now", "1.5", "9223372037", "99999999999999"})
        CHECK(refusal([&] { parse_timestamp("--timestamp", wrong); }) != "accepted");
}
