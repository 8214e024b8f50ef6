// SPDX-License-Identifier: BSL-1.0
#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/archive.hpp>
#include <constage/files/decompressor.hpp>
#include <constage/files/digest.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

using namespace constage;
namespace fs = std::filesystem;

namespace {

struct scratch {
    fs::path path = fs::temp_directory_path() / ("constage-decompressor-" + std::to_string(::getpid()));
    scratch() {
        fs::remove_all(path);
        fs::create_directories(path);
    }
    ~scratch() { fs::remove_all(path); }
};

/// Half of it compresses, and nothing repeats.
std::string text_of(std::size_t size) {
    std::mt19937 random(7);
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(random() % ((i >> 16) % 2 == 0 ? 256 : 4));
    return text;
}

/// The text as a file, compressed by one of libarchive's filters; of format raw, or a tar with one entry.
void write(fs::path const& path, std::string const& text, int filter, bool tar = false) {
    auto* const a = archive_write_new();
    tar ? archive_write_set_format_pax_restricted(a) : archive_write_set_format_raw(a);
    REQUIRE(archive_write_add_filter(a, filter) == ARCHIVE_OK);
    REQUIRE(archive_write_open_filename(a, path.c_str()) == ARCHIVE_OK);
    auto* const e = archive_entry_new();
    archive_entry_set_pathname(e, "name");
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_size(e, static_cast<std::int64_t>(text.size()));
    REQUIRE(archive_write_header(a, e) == ARCHIVE_OK);
    REQUIRE(archive_write_data(a, text.data(), text.size()) == static_cast<la_ssize_t>(text.size()));
    archive_entry_free(e);
    archive_write_close(a);
    archive_write_free(a);
}

std::string contents(fs::path const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct result {
    std::string bytes, error;

    explicit result(fs::path const& path) {
        files::decompressor from(path);
        for (auto next = from.next(); !next.empty(); next = from.next()) bytes += next;
        CHECK(from.next().empty());  // and stays there
        error = from.error();
    }
};

constexpr int filters[] = {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD};

}  // namespace

TEST_CASE("a file is decompressed", "[files][decompressor]") {
    scratch const dir;
    auto const text = text_of(5'000'001);  // more blocks than wait at a time, and a part of one
    for (int const filter : filters) {
        CAPTURE(filter);
        write(dir.path / "f", text, filter);
        result const r(dir.path / "f");
        CHECK((r.bytes == text));
        CHECK(r.error.empty());
    }
}

TEST_CASE("gzip members one after the other are one file", "[files][decompressor]") {  // as stargz and pigz write them
    scratch const dir;
    auto const text = text_of(600'000);
    write(dir.path / "f", text, ARCHIVE_FILTER_GZIP);
    auto const once = contents(dir.path / "f");
    std::ofstream(dir.path / "f", std::ios::binary) << once << once;
    CHECK((result(dir.path / "f").bytes == text + text));
}

TEST_CASE("a file of nothing has no bytes", "[files][decompressor]") {
    scratch const dir;
    std::ofstream(dir.path / "f").close();
    result const r(dir.path / "f");
    CHECK(r.bytes.empty());
    CHECK(r.error.empty());
}

TEST_CASE("what is wrong with a compressed file comes after what is right", "[files][decompressor]") {
    scratch const dir;
    auto const text = text_of(1'000'000);
    for (int const filter : filters) {
        if (filter == ARCHIVE_FILTER_NONE) continue;
        CAPTURE(filter);
        write(dir.path / "f", text, filter);
        fs::resize_file(dir.path / "f", fs::file_size(dir.path / "f") / 2);
        result const r(dir.path / "f");
        CHECK(r.bytes.size() < text.size());
        CHECK((r.bytes == text.substr(0, r.bytes.size())));
        CHECK_FALSE(r.error.empty());
    }
    CHECK(result(dir.path / "absent").error.find("absent") != std::string::npos);
}

TEST_CASE("a decompressor may be left at any point", "[files][decompressor]") {
    scratch const dir;
    write(dir.path / "f", text_of(5'000'000), ARCHIVE_FILTER_GZIP);
    for (int blocks = 0; blocks < 12; ++blocks) {
        files::decompressor from(dir.path / "f");
        for (int i = 0; i < blocks; ++i) CHECK_FALSE(from.next().empty());
    }
}

TEST_CASE("a large archive is read through a decompressor as a small one without", "[files][archive][decompressor]") {
    scratch const dir;
    auto const path = (dir.path / "f").string();
    for (std::size_t const size : {std::size_t{1000}, std::size_t{3'000'000}})
        for (int const filter : filters) {
            CAPTURE(size, filter);
            auto const text = text_of(size);
            write(path, text, filter, true);
            CHECK((fs::file_size(path) > (256u << 10)) == (size > 1000));
            auto const diff = files::read_archive(path, (dir.path / "data").string(), true);
            REQUIRE(diff.size() == 1);
            CHECK((contents(diff[0].node->content.path) == text));
            CHECK(diff[0].node->content.digest == files::digest_of(text));
            fs::remove_all(dir.path / "data");

            fs::resize_file(path, fs::file_size(path) * 2 / 3);
            CHECK_THROWS_AS(files::list_archive(path, (dir.path / "data").string(), true), failure);
        }
    std::ofstream(path, std::ios::binary) << text_of(400'000);
    CHECK_THROWS_WITH(files::list_archive(path, (dir.path / "data").string(), true), Catch::Contains("Unrecognized archive format"));
}
