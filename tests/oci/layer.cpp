// SPDX-License-Identifier: BSL-1.0
#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/layer.hpp>
#include <constage/oci/tar.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace constage;
using files::change;
using files::node;
using oci::compression;

namespace {

std::shared_ptr<node> file(std::string text) {
    auto n = std::make_shared<node>();
    n->size = text.size();
    n->content.text = std::move(text);
    n->mtime_ns = 1'500'000'000'999'999'999;
    return n;
}
std::shared_ptr<node> directory() {
    auto n = std::make_shared<node>();
    n->type = files::type::directory;
    n->mode = 01777;
    return n;
}
change put(std::string path, files::node_ptr n) { return {std::move(path), change::kind::put, std::move(n)}; }

struct made {
    std::string bytes;
    oci::layer_result result;
};
made write(files::diff const& d, compression how, int threads = 1, std::optional<std::int64_t> clamp = {}, int level = -1) {
    made m;
    m.result = oci::write_layer(
        d, how, level, threads, [&](std::string_view s) { m.bytes += s; }, clamp);
    return m;
}

/// What libarchive, which many others use too, reads in a layer: one line an entry.
std::vector<std::string> listing(std::string const& bytes) {
    auto* a = archive_read_new();
    archive_read_support_filter_all(a);
    archive_read_support_format_tar(a);
    REQUIRE(archive_read_open_memory(a, bytes.data(), bytes.size()) == ARCHIVE_OK);
    std::vector<std::string> lines;
    archive_entry* e = nullptr;
    int result;
    while ((result = archive_read_next_header(a, &e)) == ARCHIVE_OK) {
        std::string line = archive_entry_pathname(e);
        if (auto const* link = archive_entry_hardlink(e)) line += " = " + std::string(link);
        if (auto const* link = archive_entry_symlink(e)) line += " -> " + std::string(link);
        std::string text(static_cast<std::size_t>(std::min<std::int64_t>(archive_entry_size(e), 100)), '\0');
        archive_read_data(a, text.data(), text.size());
        if (!text.empty()) line += " '" + text.substr(0, 20) + "'";
        line += " " + std::to_string(archive_entry_uid(e)) + ":" + std::to_string(archive_entry_gid(e)) + " @" +
                std::to_string(archive_entry_mtime(e));
        char const* name = nullptr;
        void const* value = nullptr;
        std::size_t size = 0;
        for (archive_entry_xattr_reset(e); archive_entry_xattr_next(e, &name, &value, &size) == ARCHIVE_OK;)
            line += " " + std::string(name) + "=" + std::string(static_cast<char const*>(value), size);
        lines.push_back(line);
    }
    CHECK(result == ARCHIVE_EOF);
    CHECK(archive_filter_count(a) <= 2);
    archive_read_free(a);
    return lines;
}

files::diff big_diff() {
    files::diff d;
    std::string text;
    unsigned seed = 1;
    for (int i = 0; i < 3'000'000; ++i) text += static_cast<char>('a' + ((seed = seed * 1103515245 + 12345) >> 28));
    for (int i = 0; i < 5; ++i) d.push_back(put("f" + std::to_string(i), file(text.substr(static_cast<std::size_t>(i) * 1000))));
    return d;
}

}  // namespace

TEST_CASE("a layer as other tools read it", "[oci][layer][C039]") {
    auto odd = file("x");
    odd->uid = 5'000'000;
    odd->gid = 4'000'000'000;
    odd->mtime_ns = -1;
    odd->xattrs["security.capability"] = std::string("\1\0\2", 3);
    auto link = std::make_shared<node>();
    link->type = files::type::symlink;
    link->target = std::string(150, 't');
    auto pipe = std::make_shared<node>();
    pipe->type = files::type::fifo;
    auto socket = std::make_shared<node>();
    socket->type = files::type::socket;
    auto twin = file("twin");
    twin->inode = 77;
    auto const deep = std::string(90, 'd') + "/" + std::string(90, 'e'), long_name = std::string(255, 'n');
    files::diff const d = {put(deep, file("deep")),
                           {"gone", change::kind::remove, nullptr},
                           put("h1", twin),
                           put("h2", twin),
                           put("link", link),
                           put(long_name, file("long")),
                           put("odd", odd),
                           {"opaque", change::kind::opaque, directory()},
                           put("opaque/a", file("a")),
                           {"opaque/b", change::kind::remove, nullptr},
                           put("pipe", pipe),
                           put("s", socket),
                           put("\xc3\xa4 b", file("ä"))};
    std::vector<std::string> const expected = {deep + " 'deep' 0:0 @1500000000",
                                               ".wh.gone 0:0 @0",
                                               "h1 'twin' 0:0 @1500000000",
                                               "h2 = h1 0:0 @1500000000",
                                               "link -> " + link->target + " 0:0 @0",
                                               long_name + " 'long' 0:0 @1500000000",
                                               "odd 'x' 5000000:4000000000 @-1 security.capability=" + std::string("\1\0\2", 3),
                                               "opaque/ 0:0 @0",
                                               "opaque/.wh..wh..opq 0:0 @0",
                                               "opaque/a 'a' 0:0 @1500000000",
                                               "opaque/.wh.b 0:0 @0",
                                               "pipe 0:0 @0",
                                               "\xc3\xa4 b 'ä' 0:0 @1500000000"};
    for (auto const how : {compression::none, compression::gzip, compression::zstd}) {
        auto const m = write(d, how);
        CHECK(listing(m.bytes) == expected);
        CHECK(m.result.size == m.bytes.size());
    }
    auto const plain = write(d, compression::none);
    CHECK(plain.result.diff_id == files::digest_of(plain.bytes));
    CHECK(plain.result.uncompressed == plain.bytes.size());
    CHECK(plain.bytes.size() % 512 == 0);
    CHECK(write(d, compression::gzip).result.diff_id == plain.result.diff_id);
    CHECK(plain.result.media_type == "application/vnd.oci.image.layer.v1.tar");
    CHECK(write({}, compression::zstd).result.media_type == "application/vnd.oci.image.layer.v1.tar+zstd");
}

TEST_CASE("small entries need no pax header", "[oci][layer]") {
    CHECK(oci::tar_header("etc/passwd", *file("x")).size() == 512);
    auto old = file("x");
    old->mtime_ns = -5;
    CHECK(oci::tar_header("f", *old).size() == 1536);
    CHECK(write({}, compression::none).bytes == std::string(1024, '\0'));
    CHECK(listing(write({}, compression::gzip).bytes).empty());
}

TEST_CASE("a header of one block says what the longer ones say", "[oci][layer]") {
    auto f = file("x");
    f->mtime_ns = 0;
    auto d = directory();
    d->mode = 0755;
    CHECK((oci::tar_header_block("a/b", 1) == oci::tar_header("a/b", *f)));
    CHECK((oci::tar_header_block("a/", 0) == oci::tar_header("a/", *d)));
    for (auto const size : {(std::uint64_t{1} << 33) - 1, std::uint64_t{1} << 33, (std::uint64_t{5} << 40) + 7}) {
        auto const header = oci::tar_header_block("blob", size);
        CHECK(header.size() == 512);
        auto* a = archive_read_new();
        archive_read_support_format_tar(a);
        REQUIRE(archive_read_open_memory(a, header.data(), header.size()) == ARCHIVE_OK);
        archive_entry* e = nullptr;
        REQUIRE(archive_read_next_header(a, &e) == ARCHIVE_OK);
        CHECK(archive_entry_pathname(e) == std::string("blob"));
        CHECK(static_cast<std::uint64_t>(archive_entry_size(e)) == size);
        archive_read_free(a);
    }
}

TEST_CASE("times are clamped, never raised", "[oci][layer][B025]") {
    auto early = file("e");
    early->mtime_ns = 5'000'000'000;
    auto const m = write({put("a", early), put("b", file("l"))}, compression::none, 1, 1000);
    CHECK(listing(m.bytes) == std::vector<std::string>{"a 'e' 0:0 @5", "b 'l' 0:0 @1000"});
}

TEST_CASE("the bytes do not depend on the number of threads", "[oci][layer]") {
    auto const d = big_diff();
    for (auto const& [how, level] : {std::pair{compression::gzip, -1}, {compression::gzip, 4}, {compression::zstd, -1}}) {
        auto const one = write(d, how, 1, {}, level);
        CHECK(one.bytes.size() < one.result.uncompressed);
        CHECK((write(d, how, 2, {}, level).bytes == one.bytes));
        CHECK((write(d, how, 7, {}, level).bytes == one.bytes));
        CHECK(listing(one.bytes).size() == 5);
    }
}

TEST_CASE("what does not compress is stored, what lies beside it is compressed", "[oci][layer]") {
    std::string noise;
    std::uint32_t seed = 7;
    for (int i = 0; i < 1'500'000; ++i) noise += static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
    std::string const text(1'500'000, 't');
    auto const size = noise.size();
    files::diff const d = {put("a", file(noise.substr(0, size / 2))), put("b", file(text)), put("c", file(noise.substr(size / 2)))};
    for (auto const level : {-1, 4}) {  // the default, which may be ISA-L, and zlib
        auto const m = write(d, compression::gzip, 1, {}, level);
        CHECK((write(d, compression::gzip, 3, {}, level).bytes == m.bytes));
        CHECK(m.bytes.size() > size);
        CHECK(m.bytes.size() < size + size / 50);
        CHECK(m.result.diff_id == write(d, compression::none).result.diff_id);
    }
}

TEST_CASE("a sink that throws stops the writing", "[oci][layer]") {
    int calls = 0;
    auto const sink = [&](std::string_view) {
        if (++calls > 2) throw std::runtime_error("full");
    };
    CHECK_THROWS_WITH(oci::write_layer(big_diff(), compression::gzip, -1, 3, sink), "full");
}

TEST_CASE("a file that is not what it was is a failure that names it", "[oci][layer]") {
    auto const path = (std::filesystem::temp_directory_path() / ("constage-layer-" + std::to_string(::getpid()))).string();
    std::ofstream(path) << "abc";
    auto n = std::make_shared<node>();
    n->size = 3;
    n->content.path = path;
    n->content.digest = files::digest_of("abc");
    CHECK(listing(write({put("f", n)}, compression::gzip).bytes) == std::vector<std::string>{"f 'abc' 0:0 @0"});
    auto const fails = [&] { CHECK_THROWS_WITH(write({put("f", n)}, compression::none), Catch::Contains(path)); };
    std::ofstream(path) << "abd";
    fails();
    std::ofstream(path) << "abcd";
    fails();
    std::ofstream(path) << "ab";
    fails();
    std::filesystem::remove(path);
    fails();
    ::mkfifo(path.c_str(), 0600);
    fails();
    std::filesystem::remove(path);
}

TEST_CASE("a file that the index knows is not hashed again, but must stay as it is", "[oci][layer]") {
    auto const path = (std::filesystem::temp_directory_path() / ("constage-known-" + std::to_string(::getpid()))).string();
    std::ofstream(path) << std::string(3 * oci::tar_block_size, 'x');
    struct stat s {};
    REQUIRE(::stat(path.c_str(), &s) == 0);
    auto n = std::make_shared<node>();
    n->size = static_cast<std::uint64_t>(s.st_size);
    n->content.path = path;
    n->content.digest = files::digest_of("what nobody looks at");
    files::file_index index("/nonexistent/index");
    std::uint64_t bytes = 0;
    auto const tar = [&](std::function<void()> const& between) {
        bytes = 0;
        oci::write_tar(
            {put("f", n)}, {},
            [&](oci::piece&& piece) {
                if (bytes == 0 && between) between();
                bytes += piece.size();
            },
            nullptr, &index);
    };
    CHECK_THROWS_WITH(tar({}), Catch::Contains(path));  // not in the index: hashed
    while (!index.find(s)) {                            // which takes nothing that is younger than two seconds
        ::usleep(100'000);
        index.remember(s, n->content.digest);
    }
    tar({});
    CHECK(bytes == 512 + n->size + oci::tar_padding(n->size) + 1024);
    CHECK_THROWS_WITH(tar([&] { ::chmod(path.c_str(), s.st_mode & 07777); }), Catch::Contains(path));
    CHECK_THROWS_WITH(tar({}), Catch::Contains(path));  // the index does not know it any more
    std::filesystem::remove(path);
}

TEST_CASE("what a layer cannot hold is said", "[oci][layer]") {
    CHECK_THROWS_WITH(write({put("a/.wh.b", file(""))}, compression::none), Catch::Contains("a/.wh.b"));
    CHECK_THROWS_WITH(write({put("a/.wh.b/c", file(""))}, compression::none), Catch::Contains("a/.wh.b"));
    CHECK_THROWS_WITH(write({put(".wh.b/c", file(""))}, compression::none), Catch::Contains(".wh.b"));
    CHECK_THROWS_AS(oci::write_layer({}, compression::gzip, 10, 1, [](std::string_view) {}), failure);
    std::vector<std::pair<std::string, std::uint64_t>> sizes;
    oci::write_layer(
        {put("a", directory()), put("a/f", file("x"))}, compression::gzip, -1, 1, [](std::string_view) {}, {}, &sizes);
    CHECK(sizes == std::vector<std::pair<std::string, std::uint64_t>>{{"a", 512}, {"a/f", 1024}});
}
