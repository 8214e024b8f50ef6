// SPDX-License-Identifier: BSL-1.0
#include <zlib.h>

#include <constage/failure.hpp>
#include <constage/oci/deflate_isal.hpp>
#include <constage/oci/deflate_zlib.hpp>
#include <constage/oci/gzip.hpp>
#include <constage/oci/incompressible.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

using namespace constage;

namespace {

constexpr std::size_t mib = 1 << 20;
/// The default, which is ISA-L where there is one, and levels that are zlib's everywhere.
constexpr int levels[] = {-1, 0, 1, 4, 9};

std::string noise(std::size_t size) {
    std::string text(size, '\0');
    std::uint32_t seed = 7;
    for (auto& c : text) c = static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
    return text;
}
std::string prose(std::size_t size) {
    static constexpr std::string_view words[] = {"layer ", "image ",   "of ",   "a ",    "stage ",
                                                 "which ", "copies, ", "runs ", "and\n", "builds "};
    std::string text;
    std::uint32_t seed = 3;
    while (text.size() < size) text += words[((seed = seed * 1664525 + 1013904223) >> 16) % std::size(words)];
    text.resize(size);
    return text;
}
/// Pieces of text and noise that change within blocks and across their ends.
std::string half_and_half(std::size_t size) {
    std::string text;
    auto const words = prose(300'000), bytes = noise(300'000);
    for (std::size_t n = 1'000; text.size() < size; n = n * 7 % 299'993) text += words.substr(0, n) + bytes.substr(0, n);
    text.resize(size);
    return text;
}

std::string gzip(std::string_view text, int level, int threads) {
    std::string out;
    oci::gzip_writer writer(level, threads, [&](oci::piece&& bytes) { out += bytes.view(); });
    for (std::size_t at = 0; at < text.size(); at += mib) writer.push(oci::piece(text.substr(at, mib)));
    writer.finish();
    return out;
}

struct read_back {
    std::string text;
    std::size_t left = 0;  ///< bytes behind the first member
};
/// What zlib, which checks sum and size too, makes of the first member.
read_back gunzip(std::string bytes, std::size_t size) {
    read_back r{std::string(size + 1, '\0'), 0};
    z_stream z{};
    REQUIRE(inflateInit2(&z, 15 + 16) == Z_OK);
    z.next_in = reinterpret_cast<Bytef*>(bytes.data());
    z.avail_in = static_cast<uInt>(bytes.size());
    z.next_out = reinterpret_cast<Bytef*>(r.text.data());
    z.avail_out = static_cast<uInt>(r.text.size());
    CHECK(inflate(&z, Z_FINISH) == Z_STREAM_END);
    r.text.resize(r.text.size() - z.avail_out);
    r.left = z.avail_in;
    inflateEnd(&z);
    return r;
}

}  // namespace

TEST_CASE("gzip is one member of the text, the same for any number of threads", "[oci][gzip]") {
    std::vector<std::string> const texts = {"",
                                            "x",
                                            prose(mib - 1),
                                            prose(mib),
                                            prose(mib + 1),
                                            prose(5 * mib),
                                            noise(mib + 1),
                                            noise(2 * mib + 70'000),
                                            half_and_half(5 * mib + 123),
                                            std::string(3 * mib, '\0')};
    for (auto const& text : texts)
        for (auto const level : levels) {
            INFO(text.size() << " bytes that begin \"" << text.substr(0, 5) << "\", level " << level);
            auto const one = gzip(text, level, 1);
            auto const back = gunzip(one, text.size());
            CHECK(back.left == 0);
            CHECK((back.text == text));
            CHECK((gzip(text, level, 2) == one));
            CHECK((gzip(text, level, 4) == one));
            CHECK(one.size() <= text.size() + text.size() / 1000 + 100);
        }
}

TEST_CASE("an empty push is no end", "[oci][gzip]") {
    for (auto const level : levels)
        for (auto const threads : {1, 2}) {
            std::string out;
            oci::gzip_writer writer(level, threads, [&](oci::piece&& bytes) { out += bytes.view(); });
            for (auto const* part : {"", "ab", "", "c"}) writer.push(oci::piece(std::string_view(part)));
            writer.finish();
            CHECK(gunzip(out, 3).text == "abc");
        }
}

TEST_CASE("each block is compressed from a fresh state, and summed as zlib does", "[oci][gzip]") {
    std::vector<std::unique_ptr<oci::deflater>> all;
    all.push_back(oci::zlib_deflater(4));
    if (oci::isal_obstacle().empty()) all.push_back(oci::isal_deflater());
    for (auto const& d : all) {
        std::vector<std::string> const blocks = {prose(200'000), noise(70'000), "", "x", half_and_half(mib), prose(mib)};
        std::vector<std::string> first;
        for (auto const& b : blocks) {
            auto const made = d->run(b);
            first.emplace_back(made.bytes.view());
            CHECK(made.crc == crc32_z(0, reinterpret_cast<Bytef const*>(b.data()), b.size()));
        }
        for (auto i = blocks.size(); i-- != 0;) CHECK((d->run(blocks[i]).bytes.view() == first[i]));
    }
}

TEST_CASE("the bytes do not depend on where a compressor's memory lies", "[oci][gzip]") {
    if (!oci::isal_obstacle().empty()) return;
    // Each thread has memory of its own. One in 30,000 pairs of address and text shows a fault of ISA-L, so there are many of both.
    auto const words = prose(5000);
    auto const compressed = [&](std::size_t begin) {
        auto const part = words.substr(begin, 400);
        return std::string(oci::isal_deflater()->run("ab" + part + "c" + part).bytes.view());
    };
    std::vector<std::string> expected;
    for (std::size_t begin = 0; begin != 4000; ++begin) expected.push_back(compressed(begin));
    std::atomic<int> others = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t != 16; ++t)
        threads.emplace_back([&] {
            for (std::size_t begin = 0; begin != expected.size(); ++begin)
                if (compressed(begin) != expected[begin]) ++others;
        });
    for (auto& t : threads) t.join();
    CHECK(others == 0);
}

TEST_CASE("noise is told from what compresses by samples", "[oci][gzip]") {
    auto const part = std::size_t{65535};
    auto const random = noise(part);
    CHECK(oci::is_incompressible(random));
    CHECK(oci::is_incompressible(noise(16384)));
    CHECK_FALSE(oci::is_incompressible(noise(16383)));  // too short to be worth it
    CHECK_FALSE(oci::is_incompressible(""));
    CHECK_FALSE(oci::is_incompressible(prose(part)));
    CHECK_FALSE(oci::is_incompressible(std::string(part, '\0')));
    // Bytes as frequent as in noise, but in an order that comes again: every byte in turn, and noise of 1,000 bytes over and over.
    std::string in_turn, again;
    while (in_turn.size() < part) in_turn += static_cast<char>(in_turn.size());
    while (again.size() < part) again += random.substr(0, 1000);
    CHECK_FALSE(oci::is_incompressible(in_turn));
    CHECK_FALSE(oci::is_incompressible(again));
    // Seven bits of each byte: a saving of an eighth.
    auto ascii = random;
    for (auto& c : ascii) c = static_cast<char>(c & 0x7f);
    CHECK_FALSE(oci::is_incompressible(ascii));
    // Half of it: either end shows it.
    CHECK_FALSE(oci::is_incompressible(prose(part / 2) + random.substr(0, part / 2)));
    CHECK_FALSE(oci::is_incompressible(random.substr(0, part / 2) + prose(part / 2)));
}

namespace {

/// 't' for text and 'n' for noise, with sizes; checks what holds for every block.
std::vector<std::pair<char, std::size_t>> parts_of(std::string const& block) {
    std::vector<std::pair<char, std::size_t>> parts;
    std::string all;
    oci::split_at_noise(
        block,
        [&](std::string_view text) {
            CHECK((parts.empty() || parts.back().first == 'n'));
            parts.emplace_back('t', text.size());
            all += text;
        },
        [&](std::string_view noise) {
            CHECK(noise.size() <= 65535);
            if (parts.empty() || parts.back().first == 't') parts.emplace_back('n', 0);
            parts.back().second += noise.size();
            all += noise;
        });
    CHECK((all == block));
    CHECK(std::none_of(parts.begin(), parts.end(), [](auto const& p) { return p.second == 0; }));
    return parts;
}

}  // namespace

TEST_CASE("a block is split where noise begins and ends", "[oci][gzip]") {
    CHECK(parts_of("").empty());
    CHECK(parts_of(prose(300'000)) == std::vector<std::pair<char, std::size_t>>{{'t', 300'000}});
    CHECK(parts_of(noise(300'000)).front() == std::pair<char, std::size_t>('n', 300'000 / 65535 * 65535 + 300'000 % 65535));
    for (std::size_t const text : {1, 511, 4096, 10'000, 65'535, 65'536, 150'000}) {
        INFO(text);
        auto const parts = parts_of(prose(text) + noise(200'000) + prose(text) + noise(200'000));
        // As much of the noise as lies in steps of 4 KiB, and no text but what fits between two samples.
        std::size_t stored = 0;
        for (auto const& [kind, size] : parts) stored += kind == 'n' ? size : 0;
        CHECK(stored <= 400'000 + (text < 8192 ? text : 0));
        CHECK(stored >= 400'000 - 4 * 4096);
    }
    // What only looks like noise next to it is taken for noise no farther than one part.
    std::string again;
    while (again.size() < 300'000) again += noise(1000);
    std::size_t stored = 0;
    for (auto const& [kind, size] : parts_of(again + noise(131'070) + again)) stored += kind == 'n' ? size : 0;
    CHECK(stored <= 131'070 + 3 * 65'535);
}

TEST_CASE("the default is what it is said to be", "[oci][gzip]") {
    auto const text = half_and_half(2 * mib);
    auto const as_zlib = gzip(text, -1, 1) == gzip(text, 4, 1);
    CHECK(oci::default_gzip() == (as_zlib ? "zlib 4" : "ISA-L 2"));
    CHECK(as_zlib == !oci::isal_obstacle().empty());
#ifdef CONSTAGE_ISAL
    CHECK(oci::isal_obstacle() != "built without ISA-L");
#else
    CHECK(oci::isal_obstacle() == "built without ISA-L");
    CHECK_THROWS_AS(oci::isal_deflater(), failure);
#endif
}
