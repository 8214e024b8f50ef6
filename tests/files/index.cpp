// SPDX-License-Identifier: BSL-1.0
#include <sys/stat.h>
#include <unistd.h>

#include <constage/files/digest.hpp>
#include <constage/files/index.hpp>

#include <catch2/catch.hpp>

#include <ctime>
#include <filesystem>
#include <fstream>

using namespace constage;

namespace {

struct stat some_file(std::uint64_t inode, std::time_t age = 100) {
    struct stat s {};
    s.st_dev = 7;
    s.st_ino = inode;
    s.st_size = 5;
    s.st_mtim.tv_sec = 1000;
    s.st_ctim.tv_sec = std::time(nullptr) - age;
    return s;
}

struct index_path {
    std::string path = (std::filesystem::temp_directory_path() / ("constage-index-" + std::to_string(::getpid()))).string();
    index_path() { std::filesystem::remove(path); }
    ~index_path() { std::filesystem::remove(path); }
};

}  // namespace

TEST_CASE("the index outlives its process", "[files][index]") {
    index_path const at;
    auto const a = some_file(1), b = some_file(2);
    {
        files::file_index index(at.path);
        index.remember(b, files::digest_of("b"));
        index.remember(a, files::digest_of("a"));
        CHECK(index.find(a) == files::digest_of("a"));
    }
    files::file_index index(at.path);
    CHECK(index.find(a) == files::digest_of("a"));
    CHECK(index.find(b) == files::digest_of("b"));
    CHECK_FALSE(index.find(some_file(3)));
    for (auto const& edit : {+[](struct stat& s) { s.st_size++; }, +[](struct stat& s) { s.st_mtim.tv_nsec++; },
                             +[](struct stat& s) { s.st_ctim.tv_nsec++; }, +[](struct stat& s) { s.st_dev++; }}) {
        auto other = a;
        edit(other);
        CHECK_FALSE(index.find(other));
    }
}

TEST_CASE("two processes add to one index", "[files][index]") {
    index_path const at;
    auto const a = some_file(1), b = some_file(2);
    files::file_index one(at.path), two(at.path);
    one.remember(a, files::digest_of("a"));
    two.remember(b, files::digest_of("b"));
    one.save();
    two.save();
    files::file_index const both(at.path);
    CHECK(both.find(a));
    CHECK(both.find(b));
}

TEST_CASE("a file that was written just now is not remembered", "[files][index]") {
    index_path const at;
    files::file_index index(at.path);
    index.remember(some_file(1, 0), files::digest_of("a"));
    CHECK_FALSE(index.find(some_file(1, 0)));
}

TEST_CASE("a damaged index is an empty one", "[files][index]") {
    index_path const at;
    auto const a = some_file(1);
    {
        files::file_index index(at.path);
        index.remember(a, files::digest_of("a"));
    }
    std::ifstream in(at.path, std::ios::binary);
    std::string const bytes((std::istreambuf_iterator<char>(in)), {});
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto bad = bytes;
        bad[i] = static_cast<char>(bad[i] ^ 0x40);
        std::ofstream(at.path, std::ios::binary | std::ios::trunc) << bad;
        CHECK_FALSE(files::file_index(at.path).find(a));
        std::ofstream(at.path, std::ios::binary | std::ios::trunc) << bytes.substr(0, i);
        CHECK_FALSE(files::file_index(at.path).find(a));
    }
}
