// SPDX-License-Identifier: BSL-1.0
#include <constage/failure.hpp>
#include <constage/files/digest.hpp>

#include <catch2/catch.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace constage;

TEST_CASE("sha256 of bytes, in pieces and of files", "[files][digest]") {
    auto const abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    CHECK(files::digest_of("abc") == abc);
    files::hasher h;
    h.update("a");
    h.update("bc");
    CHECK(h.finish() == abc);
    h.update("abc");
    CHECK(h.finish() == abc);
    CHECK(h.finish() == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    auto const path = (std::filesystem::temp_directory_path() / ("constage-digest-" + std::to_string(::getpid()))).string();
    std::ofstream(path) << "abc";
    CHECK(files::digest_of_file(path) == abc);
    std::remove(path.c_str());
    CHECK_THROWS_WITH(files::digest_of_file(path), Catch::Contains(path));
}

TEST_CASE("what a digest looks like", "[files][digest]") {
    CHECK(files::is_digest(files::digest_of("")));
    CHECK_FALSE(files::is_digest("sha256:ab"));
    CHECK_FALSE(files::is_digest("sha256:" + std::string(64, 'A')));
    CHECK_FALSE(files::is_digest("sha512:" + std::string(64, 'a')));
    CHECK_FALSE(files::is_digest(std::string(71, 'a')));
}
