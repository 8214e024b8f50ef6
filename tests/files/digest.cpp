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
    CHECK(files::digest_of_file(path, "sha256") == abc);
    CHECK(files::digest_of_file(path, "sha384") ==
          "sha384:cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
          "8086072ba1e7cc2358baeca134c825a7");
    CHECK(files::digest_of_file(path, "sha512") ==
          "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
          "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    CHECK(files::digest_of_file(path, "md5").empty());
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

TEST_CASE("a digest of a file is text, raw bytes or nothing", "[files][digest]") {
    auto const text = files::digest_of("abc");
    files::file_digest const d = text;
    CHECK(d.text() == text);
    CHECK(d.raw()[0] == 0xba);
    CHECK(d.view().size() == 32);
    CHECK(d == text);
    CHECK(d == files::file_digest(d.raw()));
    CHECK_FALSE(d == files::digest_of("abd"));
    files::hasher h;
    h.update("abc");
    CHECK(h.finish_raw() == d);
    for (files::file_digest const none : {files::file_digest(), files::file_digest(""), files::file_digest("sha256:12"),
                                          files::file_digest("sha512:" + std::string(64, 'a'))}) {
        CHECK(none.empty());
        CHECK(none.text().empty());
        CHECK(none.view().empty());
    }
    CHECK_FALSE(files::file_digest(files::file_digest::bytes{}) == files::file_digest());
}
