// SPDX-License-Identifier: BSL-1.0
#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <constage/detail/processors.hpp>
#include <constage/failure.hpp>
#include <constage/files/archive.hpp>
#include <constage/files/decompressor.hpp>
#include <constage/files/digest.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stop_token>
#include <string>
#include <thread>

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

/// Every other 64 KiB are noise, and no two of them are alike.
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
    bool operator==(result const&) const = default;
};

result decompressed(fs::path const& path) {
    result r;
    files::decompressor from(path);
    for (auto next = from.next(); !next.empty(); next = from.next()) r.bytes += next;
    CHECK(from.next().empty());  // and stays there
    r.error = from.error();
    return r;
}

/// The same by libarchive in this thread.
result directly(fs::path const& path) {
    result r;
    auto* const a = archive_read_new();
    files::support_compressions(a);
    archive_read_support_format_raw(a);
    archive_read_support_format_empty(a);
    archive_entry* only = nullptr;
    int code = archive_read_open_filename(a, path.c_str(), 1 << 17);
    if (code == ARCHIVE_OK) code = archive_read_next_header(a, &only);
    while (code == ARCHIVE_OK || code == ARCHIVE_WARN) {
        void const* bytes = nullptr;
        std::size_t length = 0;
        std::int64_t offset = 0;
        code = archive_read_data_block(a, &bytes, &length, &offset);
        if (code == ARCHIVE_OK || code == ARCHIVE_WARN) r.bytes.append(static_cast<char const*>(bytes), length);
    }
    if (code != ARCHIVE_EOF) r.error = archive_error_string(a);
    archive_read_free(a);
    return r;
}

constexpr int filters[] = {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD};

}  // namespace

TEST_CASE("a file is decompressed", "[files][decompressor]") {
    scratch const dir;
    auto const text = text_of(2'300'001);  // more blocks than wait at a time, and a part of one
    for (int const filter : filters) {
        CAPTURE(filter);
        write(dir.path / "f", text, filter);
        CHECK((decompressed(dir.path / "f") == result{text, ""}));
    }
}

TEST_CASE("gzip members one after the other are one file", "[files][decompressor]") {  // as stargz and pigz write them
    scratch const dir;
    auto const text = text_of(600'000);
    write(dir.path / "f", text, ARCHIVE_FILTER_GZIP);
    auto const once = contents(dir.path / "f");
    std::ofstream(dir.path / "f", std::ios::binary) << once << once;
    CHECK((decompressed(dir.path / "f") == result{text + text, ""}));
}

TEST_CASE("a file of nothing has no bytes", "[files][decompressor]") {
    scratch const dir;
    std::ofstream(dir.path / "f").close();
    CHECK((decompressed(dir.path / "f") == result()));
}

TEST_CASE("what is wrong with a compressed file comes after what is right", "[files][decompressor]") {
    scratch const dir;
    auto const text = text_of(2'000'000);
    for (int const filter : filters) {
        if (filter == ARCHIVE_FILTER_NONE) continue;
        CAPTURE(filter);
        write(dir.path / "f", text, filter);
        fs::resize_file(dir.path / "f", fs::file_size(dir.path / "f") / 2);
        auto const r = decompressed(dir.path / "f");
        CHECK_FALSE(r.bytes.empty());
        CHECK(r.bytes.size() < text.size());
        CHECK((text.starts_with(r.bytes)));
        CHECK_FALSE(r.error.empty());
        CHECK((r == directly(dir.path / "f")));
    }
    CHECK(decompressed(dir.path / "absent").error.find("absent") != std::string::npos);
}

TEST_CASE("a damaged file gives what libarchive makes of it", "[files][decompressor]") {
    scratch const dir;
    auto const bad = dir.path / "bad";
    unsigned failures = 0;
    for (int const filter : filters) {
        write(dir.path / "f", text_of(70'000).substr(65'000), filter);
        auto const bytes = contents(dir.path / "f");
        for (std::size_t i = 0; i < bytes.size(); i += 1 + i / 40)
            for (bool const cut : {true, false}) {
                CAPTURE(filter, i, cut);
                auto broken = cut ? bytes.substr(0, i) : bytes;
                if (!cut) broken[i] = static_cast<char>(broken[i] ^ 0x55);
                std::ofstream(bad, std::ios::binary | std::ios::trunc) << broken;
                auto const r = decompressed(bad);
                CHECK((r == directly(bad)));
                failures += !r.error.empty();
            }
    }
    CHECK(failures > 200);
}

TEST_CASE("neither side of a decompressor need hurry, and it may be left at any point", "[files][decompressor]") {
    scratch const dir;
    auto const text = text_of(4'000'000);
    write(dir.path / "f", text, ARCHIVE_FILTER_NONE);
    for (int const blocks : {0, 1, 5, 9, 20}) {
        files::decompressor from(dir.path / "f");
        std::string bytes;
        for (int i = 0; i < blocks; ++i) {
            auto const next = from.next();
            std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the thread has filled what it may by now
            bytes += next;
        }
        CHECK((bytes == text.substr(0, bytes.size())));
        CHECK((bytes.size() == text.size()) == (blocks == 20));
    }
}

TEST_CASE("a large archive is read through a decompressor as a small one without", "[files][archive][decompressor]") {
    scratch const dir;
    auto const path = (dir.path / "f").string(), data = (dir.path / "data").string();
    for (std::size_t const size : {std::size_t{1000}, std::size_t{1'200'000}})
        for (int const filter : filters) {
            CAPTURE(size, filter);
            auto const text = text_of(size);
            write(path, text, filter, true);
            CHECK((files::decompressor::of_large_file(path) != nullptr) == (size > 1000 && detail::processors() > 1));
            auto const diff = files::read_archive(path, data, true);
            REQUIRE(diff.size() == 1);
            CHECK((contents(diff[0].node->content.path) == text));
            CHECK(diff[0].node->content.digest == files::digest_of(text));
            fs::remove_all(data);

            files::archive_limits few;
            few.bytes = size - 1;
            CHECK_THROWS_WITH(files::list_archive(path, data, true, few),
                              Catch::Contains("--max-unpacked") || Catch::Contains("more than"));
            std::stop_source stop;
            stop.request_stop();
            CHECK_THROWS_WITH(files::list_archive(path, data, true, {}, stop.get_token()), "cancelled");

            fs::resize_file(path, fs::file_size(path) * 2 / 3);
            auto const why = filter == ARCHIVE_FILTER_NONE ? std::string("runcated") : directly(path).error;
            CHECK_FALSE(why.empty());
            CHECK_THROWS_WITH(files::list_archive(path, data, true), Catch::Contains("cannot be read: ") && Catch::Contains(why));
        }
    std::ofstream(path, std::ios::binary) << text_of(400'000);
    CHECK_THROWS_WITH(files::list_archive(path, data, true), Catch::Contains("Unrecognized archive format"));
}
