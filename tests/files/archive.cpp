// SPDX-License-Identifier: BSL-1.0
#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/archive.hpp>
#include <constage/files/digest.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <functional>

using namespace constage;
namespace fs = std::filesystem;

namespace {

struct scratch {
    fs::path path = fs::temp_directory_path() / ("constage-archive-" + std::to_string(::getpid()));
    scratch() {
        fs::remove_all(path);
        fs::create_directories(path);
    }
    ~scratch() { fs::remove_all(path); }
};

/// A tar that is written entry by entry; nothing is checked.
class tarball {
public:
    explicit tarball(fs::path const& path, int filter = ARCHIVE_FILTER_NONE) : a_(archive_write_new()) {
        archive_write_set_format_pax_restricted(a_);
        archive_write_add_filter(a_, filter);
        REQUIRE(archive_write_open_filename(a_, path.c_str()) == ARCHIVE_OK);
    }
    ~tarball() {
        archive_write_close(a_);
        archive_write_free(a_);
    }
    tarball& add(std::string const& name, unsigned type, std::string const& text = "",
                 std::function<void(archive_entry*)> const& edit = {}) {
        auto* e = archive_entry_new();
        archive_entry_set_pathname(e, name.c_str());
        archive_entry_set_filetype(e, type);
        archive_entry_set_perm(e, 0750);
        archive_entry_set_uid(e, 7);
        archive_entry_set_gid(e, 8);
        archive_entry_set_mtime(e, 9, 10);
        if (type == AE_IFLNK)
            archive_entry_set_symlink(e, text.c_str());
        else
            archive_entry_set_size(e, static_cast<std::int64_t>(text.size()));
        if (edit) edit(e);
        CHECK(archive_write_header(a_, e) >= ARCHIVE_WARN);
        if (type == AE_IFREG && !archive_entry_hardlink(e)) archive_write_data(a_, text.data(), text.size());
        archive_entry_free(e);
        return *this;
    }
    tarball& file(std::string const& name, std::string const& text = "x") { return add(name, AE_IFREG, text); }
    tarball& link(std::string const& name, std::string const& target) {
        return add(name, AE_IFREG, "", [&](archive_entry* e) { archive_entry_set_hardlink(e, target.c_str()); });
    }

private:
    archive* a_;
};

struct read_back {
    scratch dir;
    std::string listing;
    files::diff changes;

    explicit read_back(std::function<void(tarball&)> const& fill, bool layer = true, files::archive_limits const& limits = {}) {
        auto const path = dir.path / "a.tar";
        {
            tarball t(path);
            fill(t);
        }
        changes = files::read_archive(path.string(), (dir.path / "data").string(), layer, limits);
        for (auto const& c : changes) {
            using kind = files::change::kind;
            listing += (listing.empty() ? "" : " ") +
                       std::string(c.what == kind::remove   ? "-"
                                   : c.what == kind::opaque ? "="
                                                            : "") +
                       c.path;
        }
        // A list of it is the same, and writes nothing.
        auto const list = files::list_archive(path.string(), (dir.path / "listed").string(), layer, limits);
        CHECK(files::save(list, (dir.path / "listed").string()) == files::save(changes, (dir.path / "data").string()));
        CHECK_FALSE(std::filesystem::exists(dir.path / "listed"));
        // Whatever came in, what comes out fits together.
        files::tree().apply(changes);
        CHECK_NOTHROW(files::load(files::save(changes, ""), ""));
    }
    files::node const& at(std::string const& path) const {
        for (auto const& c : changes)
            if (c.path == path) return *c.node;
        throw std::runtime_error("no " + path);
    }
};

std::string listing(std::function<void(tarball&)> const& fill, bool layer = true) { return read_back(fill, layer).listing; }

}  // namespace

TEST_CASE("an archive is what is in it", "[files][archive]") {
    read_back const r([](tarball& t) {
        t.add("d/", AE_IFDIR).file("d/f", "hello").file("d/empty", "").add("d/l", AE_IFLNK, "/etc").link("hard", "d/f").add("p", AE_IFIFO);
        t.add("dev", AE_IFCHR, "", [](archive_entry* e) {
            archive_entry_set_rdevmajor(e, 1);
            archive_entry_set_rdevminor(e, 3);
        });
        t.add("x", AE_IFREG, "", [](archive_entry* e) {
            archive_entry_xattr_add_entry(e, "user.a", "b", 1);
            archive_entry_xattr_add_entry(e, "trusted.overlay.redirect", "/", 1);
        });
        t.file("\xc3\xa4\xff", "bytes");
    });
    CHECK(r.listing == "d d/empty d/f d/l dev hard p x \xc3\xa4\xff");
    auto const& f = r.at("d/f");
    CHECK(f.mode == 0750);
    CHECK(f.uid == 7);
    CHECK(f.gid == 8);
    CHECK(f.mtime_ns == 9'000'000'000);
    CHECK(f.size == 5);
    CHECK(f.content.digest == files::digest_of("hello"));
    CHECK(files::digest_of_file(f.content.path) == f.content.digest);
    CHECK(f.inode != 0);
    CHECK(f.inode == r.at("hard").inode);
    CHECK(r.at("d/empty").content.path.empty());
    CHECK(r.at("d/l").target == "/etc");
    CHECK(r.at("dev").minor == 3);
    CHECK(r.at("x").xattrs == std::map<std::string, std::string>{{"user.a", "b"}});
}

TEST_CASE("names cannot leave the root", "[files][archive]") {
    CHECK(listing([](tarball& t) { t.file("../../etc/a").file("/b").file("./c/../d").file("e//f"); }) == "b d e/f etc/a");
    CHECK(listing([](tarball& t) { t.add("l", AE_IFLNK, "/../../x").file("l/f"); }) == "l x/f");
    CHECK(listing([](tarball& t) { t.add("d/l", AE_IFLNK, "../../../..").file("d/l/f"); }) == "d/l f");
    CHECK(listing([](tarball& t) { t.add("lib", AE_IFLNK, "usr/lib").file("lib/a").add("usr/lib", AE_IFDIR).file("lib/b"); }) ==
          "lib usr/lib usr/lib/a usr/lib/b");
    CHECK_THROWS_WITH(listing([](tarball& t) { t.add("a", AE_IFLNK, "b").add("b", AE_IFLNK, "a").file("a/f"); }),
                      Catch::Contains("circles"));
    CHECK_THROWS_WITH(listing([](tarball& t) { t.file("secret").link("l", "../../../etc/passwd"); }), Catch::Contains("etc/passwd"));
    CHECK_THROWS_WITH(listing([](tarball& t) { t.add("d", AE_IFDIR).link("l", "d"); }), Catch::Contains("directory"));
    CHECK_THROWS_WITH(listing([](tarball& t) { t.file("f").file("f/x"); }), Catch::Contains("below \"f\""));
    CHECK_THROWS_WITH(listing([](tarball& t) { t.file("d/x").file("d").file("d/y"); }), Catch::Contains("below \"d\""));
    CHECK_THROWS_AS(listing([](tarball& t) { t.add("null", AE_IFCHR); }), failure);
    CHECK_THROWS_AS(listing([](tarball& t) { t.add(".", AE_IFLNK, "/etc"); }), failure);
    CHECK_THROWS_WITH(listing([](tarball& t) { t.add("l", AE_IFLNK, ""); }), Catch::Contains("target"));
    CHECK_THROWS_WITH(listing([](tarball& t) { t.add("l", AE_IFLNK, std::string(5000, 'x')); }), Catch::Contains("target of \"l\""));
}

TEST_CASE("the last of several entries wins", "[files][archive]") {
    read_back const r([](tarball& t) {
        t.file("a", "1").file("a", "22").add("d", AE_IFDIR).file("d/x").file("d", "flat").file("e/x").add("e", AE_IFDIR);
    });
    CHECK(r.listing == "a d e e/x");
    CHECK(r.at("a").size == 2);
    CHECK(r.at("d").size == 4);
}

TEST_CASE("whiteouts of a layer, in any order", "[files][archive][C039]") {
    CHECK(listing([](tarball& t) { t.add("d", AE_IFDIR).file("d/.wh.x").file(".wh.y"); }) == "d -d/x -y");
    CHECK(listing([](tarball& t) { t.file("d/.wh.x").file("d/x"); }) == "d/x");
    CHECK(listing([](tarball& t) { t.file("d/x/f").file("d/.wh.x").add("d/x", AE_IFDIR); }) == "=d/x d/x/f");
    CHECK(listing([](tarball& t) { t.file("d/x/f").file("d/.wh.x"); }) == "=d/x d/x/f");
    CHECK(listing([](tarball& t) { t.add("d", AE_IFDIR).file("d/new").file("d/.wh..wh..opq"); }) == "=d d/new");
    CHECK(listing([](tarball& t) { t.file("d/.wh..wh..opq"); }) == "=d");
    CHECK(listing([](tarball& t) { t.file(".wh..wh..opq").file("f"); }) == "= f");
    CHECK(listing([](tarball& t) { t.file("d/.wh.x").file("d"); }) == "d");
    CHECK(listing([](tarball& t) { t.file(".wh.d").file("d/.wh.x"); }) == "-d");
    CHECK(listing([](tarball& t) { t.file(".wh..wh.plnk/1").file("f"); }, false) == ".wh..wh.plnk/1 f");
    CHECK(listing([](tarball& t) { t.add(".wh..wh.plnk", AE_IFDIR).file("f"); }) == "f");
    CHECK_THROWS_AS(listing([](tarball& t) { t.file(".wh."); }), failure);
    CHECK_THROWS_AS(listing([](tarball& t) { t.file(".wh..."); }), failure);
    CHECK_THROWS_AS(listing([](tarball& t) { t.file("f").link(".wh.x", "f"); }), failure);
    CHECK(listing([](tarball& t) { t.file(".wh.x"); }, false) == ".wh.x");
}

TEST_CASE("limits", "[files][archive]") {
    auto const three = [](tarball& t) { t.file("a", "123").file("b", "123").file("c", "123"); };
    files::archive_limits few, small;
    few.entries = 2;
    small.bytes = 8;
    CHECK_THROWS_WITH(read_back(three, true, few), Catch::Contains("entries"));
    CHECK_THROWS_WITH(read_back(three, true, small), Catch::Contains("bytes"));
    small.bytes = 9;
    CHECK_NOTHROW(read_back(three, true, small));
    files::archive_limits words;
    words.metadata = 2000;
    CHECK_NOTHROW(read_back(three, true, words));
    CHECK_THROWS_WITH(read_back([](tarball& t) { t.add("l", AE_IFLNK, std::string(1999, 'x')).file("abcd"); }, true, words),
                      Catch::Contains("names and attributes"));
    CHECK_THROWS_WITH(read_back(
                          [](tarball& t) {
                              t.add("x", AE_IFREG, "", [](archive_entry* e) {
                                  std::string const value(3000, 'x');
                                  archive_entry_xattr_add_entry(e, "user.a", value.data(), value.size());
                              });
                          },
                          true, words),
                      Catch::Contains("names and attributes"));
    CHECK_THROWS_AS(listing([](tarball& t) {
                        std::string deep;
                        for (int i = 0; i < 3000; ++i) deep += "a/";
                        t.file(deep + "f");
                    }),
                    failure);
}

TEST_CASE("bombs are stopped by what they would unpack to", "[files][archive]") {
    scratch const dir;
    auto const path = (dir.path / "bomb").string();
    auto const refusal = [&](files::archive_limits const& limits) -> std::string {
        fs::remove_all(dir.path / "data");
        try {
            files::read_archive(path, (dir.path / "data").string(), true, limits);
        } catch (failure const& f) { return std::string(f.what()) + "; " + f.hint; }
        return "";
    };
    files::archive_limits limits;
    limits.bytes = 1 << 20;
    limits.metadata = 1 << 20;
    std::string const zeros(8 << 20, '\0');
    for (auto const* name : {"file", ".wh.whiteout"}) {  // the second is skipped, which takes as long
        tarball(path, ARCHIVE_FILTER_ZSTD).file(name, zeros).file("next");
        CHECK(fs::file_size(path) < 10'000);
        CHECK_THAT(refusal(limits), Catch::Contains("1048576 bytes") && Catch::Contains("--max-unpacked"));
        CHECK(refusal({}).empty());
    }
    {
        // 8 EiB, all holes.
        tarball(path).add("s", AE_IFREG, "", [](archive_entry* e) {
            archive_entry_set_size(e, 0x7fffffffffffff00);
            archive_entry_sparse_add_entry(e, 0x7fffffffffffff00, 0);
        });
        CHECK_THAT(refusal({}), Catch::Contains("--max-unpacked"));
    }
}

TEST_CASE("reading an archive can be cancelled", "[files][archive]") {
    scratch const dir;
    auto const path = (dir.path / "a.tar").string();
    tarball(path).file("a");
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_WITH(files::read_archive(path, (dir.path / "data").string(), true, {}, stop.get_token()), "cancelled");
}

TEST_CASE("a sparse file is expanded", "[files][archive]") {
    read_back const r([](tarball& t) {
        t.add("s", AE_IFREG, std::string(100'000, 'x') + std::string(200'000, '\0'), [](archive_entry* e) {
            archive_entry_sparse_add_entry(e, 0, 100'000);
            archive_entry_set_size(e, 300'000);
        });
    });
    auto const& s = r.at("s");
    CHECK(s.size == 300'000);
    CHECK(fs::file_size(s.content.path) == 300'000);
    CHECK(s.content.digest == files::digest_of(std::string(100'000, 'x') + std::string(200'000, '\0')));
    CHECK(files::digest_of_file(s.content.path) == s.content.digest);
}

TEST_CASE("archives are known by what is in them", "[files][archive][C028]") {
    scratch const dir;
    auto const path = (dir.path / "f").string();
    for (auto const filter : {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD}) {
        tarball(path, filter).file("a");
        CHECK(files::is_archive(path));
        fs::remove_all(dir.path / "data");
        CHECK(files::read_archive(path, (dir.path / "data").string(), false).size() == 1);
    }
    auto const write = [&](std::string const& bytes) { std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes; };
    for (auto const& bytes :
         {std::string(), std::string("text"), std::string(1024, '\0'), std::string("\x1f\x8b\x08"), std::string(2000, 'a')}) {
        write(bytes);
        CHECK_FALSE(files::is_archive(path));
    }
    CHECK_FALSE(files::is_archive(dir.path.string()));
    CHECK_FALSE(files::is_archive((dir.path / "missing").string()));
}

TEST_CASE("a damaged archive is a failure, never more", "[files][archive]") {
    scratch const dir;
    auto const path = (dir.path / "f").string(), bad = (dir.path / "bad").string();
    tarball(path, ARCHIVE_FILTER_GZIP).file("a", std::string(5000, 'q')).add("l", AE_IFLNK, "a").file("l/../b").link("c", "a");
    std::ifstream in(path, std::ios::binary);
    std::string const bytes((std::istreambuf_iterator<char>(in)), {});
    unsigned failures = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        for (bool const cut : {true, false}) {
            auto broken = cut ? bytes.substr(0, i) : bytes;
            if (!cut) broken[i] = static_cast<char>(broken[i] ^ 0x55);
            std::ofstream(bad, std::ios::binary | std::ios::trunc) << broken;
            fs::remove_all(dir.path / "data");
            try {
                files::read_archive(bad, (dir.path / "data").string(), true);
            } catch (failure const&) { ++failures; }
        }
    CHECK(failures > bytes.size());
}
