// SPDX-License-Identifier: BSL-1.0
// libFuzzer: any bytes as a layer (first byte even) or as an archive of ADD (odd). What was read must survive the store's own form, and a
// layer that is written from it must read back as the same tree.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DCONSTAGE_HEADER_ONLY -Iinclude tests/fuzz/layer.cpp -o fuzz
//         -larchive -lcrypto -lz -lzstd -pthread
//     ./fuzz -max_total_time=60 -max_len=20480
#include <stdlib.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/archive.hpp>
#include <constage/files/copy.hpp>
#include <constage/files/tree.hpp>
#include <constage/oci/layer.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

using namespace constage;

namespace {

/// A directory in memory, if there is one; gone when the fuzzer is.
std::string const& directory() {
    struct scratch {
        std::string path = std::string(::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + "/constage-fuzz-XXXXXX";
        scratch() {
            if (!::mkdtemp(path.data())) std::abort();
        }
        ~scratch() { std::filesystem::remove_all(path); }
    };
    static scratch const one;
    return one.path;
}

void write(std::string const& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

files::diff read(std::string const& name, bool layer) {
    static int count = 0;
    auto const contents = directory() + "/contents-" + std::to_string(count++);
    return files::read_archive(directory() + "/" + name, contents, layer, {10'000, 1 << 20});
}

files::diff read_or_nothing(std::string const& name, bool layer) {
    try {
        return read(name, layer);
    } catch (failure const&) { return {}; }
}

void check(files::diff const& changes) {
    for (auto const& c : changes) {
        if (c.path.starts_with('/') || c.path.ends_with('/')) std::abort();
        auto const whole = "/" + c.path + "/";
        for (auto const* odd : {"/../", "/./", "//"})
            if (!c.path.empty() && whole.find(odd) != whole.npos) std::abort();
        if ((c.what == files::change::kind::remove) != !c.node) std::abort();
    }
    auto const saved = files::save(changes, directory());
    if (files::save(files::load(saved, directory()), directory()) != saved) std::abort();
}

/// As a layer for others.
bool write_layer(files::diff const& changes, std::string const& name) {
    std::string bytes;
    try {
        oci::write_layer(changes, oci::compression::none, 0, 1, [&](std::string_view piece) { bytes += piece; });
    } catch (failure const&) {  // names that begin with ".wh.", xattrs with a '='
        return false;
    }
    write(directory() + "/" + name, bytes);
    return true;
}

constexpr std::size_t block = 512;

/// Chance does not find checksums: every block that looks like a header gets the right one.
void seal(char* header) {
    std::memset(header + 148, ' ', 8);
    unsigned sum = 0;
    for (std::size_t i = 0; i < block; ++i) sum += static_cast<unsigned char>(header[i]);
    std::snprintf(header + 148, 8, "%06o", sum);
}

void put_header(char* header, unsigned seed) {
    static constexpr char const* names[] = {"a", "a/b", "a/../../c", "/d", "a/.wh.b", ".wh..wh..opq", "e/", "../a"};
    std::memset(header, 0, block);
    std::strcpy(header, names[seed % 8]);
    std::strcpy(header + 100, "0000755");
    std::strcpy(header + 124, "00000000000");
    header[156] = "0123456xgLK"[seed / 8 % 11];
    std::strcpy(header + 157, names[seed / 88 % 8]);
    std::memcpy(header + 257, "ustar\00000", 8);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    auto* const text = reinterpret_cast<char*>(data);
    if (size <= block || seed % 4 == 0) {
        auto const at = size / block * block + 1;
        if (at + block > most) return LLVMFuzzerMutate(data, size, most);
        if (size == 0) data[0] = 0;
        put_header(text + at, seed / 4);
        size = at + block;
    } else {
        size = LLVMFuzzerMutate(data, size, most);
    }
    for (std::size_t at = 1; at + block <= size; at += block)
        if (std::memcmp(text + at + 257, "ustar", 5) == 0) seal(text + at);
    return size;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    bool const layer = data[0] % 2 == 0;
    for (auto const& entry : std::filesystem::directory_iterator(directory())) std::filesystem::remove_all(entry.path());
    write(directory() + "/in", {reinterpret_cast<char const*>(data) + 1, size - 1});
    auto const changes = read_or_nothing("in", layer);
    if (changes.empty()) return 0;
    check(changes);
    auto const tree = files::tree{}.apply(changes);
    if (write_layer(changes, "out") &&
        files::content_digest(*files::tree{}.apply(read("out", true)).root()) != files::content_digest(*tree.root()))
        std::abort();
    files::copy_request add;
    add.destination = "/there/";
    add.from = tree;
    add.sources = {"/"};
    try {
        check(files::copy(tree, add));
    } catch (failure const&) {  // a file where the directory is to be
    }
    return 0;
}
