// SPDX-License-Identifier: BSL-1.0
#include <constage/oci/output_file.hpp>

#include "scratch.hpp"

#include <catch2/catch.hpp>

using namespace constage;
using Catch::Matchers::Contains;

namespace {

/// So many bytes that they are copied by a thread of their own, and an odd number.
std::string large() {
    std::string text(5'000'001, '\0');
    std::uint32_t seed = 7;
    for (auto& c : text) c = static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
    return text;
}

}  // namespace

TEST_CASE("a file is copied to where the output stands", "[oci][output]") {
    scratch::directory d;
    for (auto const& text : {large(), std::string("few"), std::string()}) {
        scratch::write(d / "blob", text);
        {
            oci::output_file to(d / "out");
            to.copy(d / "blob", text.size());  // at a block: may share
            to.write("|");
            to.copy(d / "blob", text.size());
            to.write("end");
            CHECK_FALSE(std::filesystem::exists(d / "out"));
            to.commit();
        }
        CHECK((scratch::read(d / "out") == text + "|" + text + "end"));
        std::filesystem::remove(d / "out");
    }
}

TEST_CASE("a blob that was cut short or grew is damaged, and nothing is left of the output", "[oci][output]") {
    scratch::directory d;
    scratch::write(d / "blob", "four");
    for (std::uint64_t const size : {3, 5}) {
        auto const message = scratch::message_of([&] {
            oci::output_file to(d / "out");
            to.copy(d / "blob", size);
        });
        CHECK_THAT(message, Contains("damaged") && Contains(d / "blob"));
    }
    CHECK_THAT(scratch::message_of([&] { oci::output_file(d / "out").copy(d / "none", 1); }), Contains(d / "none"));
    CHECK(std::distance(std::filesystem::directory_iterator(d.path), {}) == 1);
}

TEST_CASE("a full device is a failure that names it, however much was to be copied", "[oci][output]") {
    scratch::directory d;
    for (auto const& text : {std::string("few"), large()}) {
        scratch::write(d / "blob", text);
        auto const message = scratch::message_of([&] {
            oci::output_file to("/dev/full");
            to.copy(d / "blob", text.size());
        });
        CHECK_THAT(message, Contains("/dev/full") && Contains("No space left"));
    }
}
