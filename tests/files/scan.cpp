// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/scan.hpp>

#include <catch2/catch.hpp>

#include <cstring>
#include <filesystem>
#include <fstream>

using namespace constage;
namespace fs = std::filesystem;

namespace {

struct scratch {
    fs::path path = fs::temp_directory_path() / ("constage-scan-" + std::to_string(::getpid()));
    scratch() {
        fs::remove_all(path);
        fs::create_directories(path);
    }
    ~scratch() { fs::remove_all(path); }
    void write(std::string const& name, std::string const& text) const {
        fs::create_directories((path / name).parent_path());
        std::ofstream(path / name) << text;
    }
    files::tree scan(files::context_options const& o = {}) const { return files::scan_context(path.string(), o); }
    files::tree scan(std::vector<std::string> const& paths, files::context_options const& o = {}) const {
        return files::scan_context(path.string(), paths, o);
    }
};

void names_of(files::node const& n, std::string const& path, std::string& out) {
    for (auto const& [name, child] : n.entries) {
        out += (out.empty() ? "" : " ") + path + name;
        names_of(*child, path + name + "/", out);
    }
}
std::string names_of(files::tree const& t) {
    std::string out;
    names_of(*t.root(), "", out);
    return out;
}

}  // namespace

TEST_CASE("a context keeps modes and times, owners are 0:0", "[files][scan][C014][C015][C016][X013]") {
    scratch const dir;
    dir.write("b/x", "abc");
    dir.write("a", "");
    fs::create_symlink("/etc/passwd", dir.path / "link");
    fs::create_hard_link(dir.path / "b/x", dir.path / "b/y");
    ::mkfifo((dir.path / "pipe").c_str(), 0600);
    ::chmod((dir.path / "b/x").c_str(), 04751);
    timespec const times[2] = {{5, 6}, {7, 8}};
    ::utimensat(AT_FDCWD, (dir.path / "b/x").c_str(), times, 0);
    auto const t = dir.scan();
    CHECK(names_of(t) == "a b b/x b/y link pipe");
    auto const x = t.at("b/x");
    CHECK(x->mode == 04751);
    CHECK(x->mtime_ns == 7'000'000'008);
    CHECK(x->uid == 0);
    CHECK(x->size == 3);
    CHECK(x->content.digest == files::digest_of("abc"));
    CHECK(x->inode != 0);
    CHECK(x->inode == t.at("b/y")->inode);
    CHECK(t.at("a")->inode == 0);
    CHECK(t.at("link")->target == "/etc/passwd");
    CHECK(t.at("pipe")->type == files::type::fifo);
}

TEST_CASE("a context without what is ignored", "[files][scan][C023]") {
    scratch const dir;
    for (auto const* name : {"src/a.c", "src/gen/b.c", "doc/x", "node_modules/m/index.js", "node_modules/keep"}) dir.write(name, "x");
    auto const rules = files::ignore_rules::of({"doc", "node_modules", "!node_modules/keep", "**/gen"});
    files::context_options o;
    o.ignore = &rules;
    CHECK(names_of(dir.scan(o)) == "node_modules node_modules/keep src src/a.c");
    CHECK(names_of(dir.scan({"doc", "src"}, o)) == "src src/a.c");
}

TEST_CASE("many directories are read by several threads, and it does not show", "[files][scan]") {
    scratch const dir;
    std::string expected;
    for (int i = 100; i < 300; ++i) {
        auto const name = "d" + std::to_string(i);
        dir.write(name + "/file", name);
        dir.write(name + "/deep/er/ignored/x", "x");
        if (i % 2 == 0) dir.write(name + "/deep/er/ignored/keep", name);
        fs::create_hard_link(dir.path / "d100/file", dir.path / name / "link");
        expected += (i > 100 ? " " : "") + name + " " + name + "/deep " + name + "/deep/er ";
        if (i % 2 == 0) expected += name + "/deep/er/ignored " + name + "/deep/er/ignored/keep ";
        expected += name + "/file " + name + "/link";
    }
    auto const rules = files::ignore_rules::of({"**/ignored", "!**/keep"});
    files::context_options o;
    o.ignore = &rules;
    for (int round = 0; round < 10; ++round) {
        auto const found = dir.scan(o);
        REQUIRE(names_of(found) == expected);
        CHECK(found.at("d299/file")->content.digest == files::digest_of("d299"));
        CHECK(found.at("d299/link")->inode == found.at("d100/file")->inode);
        CHECK(found.at("d299/link")->inode != 0);
        CHECK(files::content_digest(*found.root()) == files::content_digest(*dir.scan(o).root()));
    }
}

TEST_CASE("an error in one of many directories is a failure that names it", "[files][scan]") {
    if (::geteuid() == 0) return;  // root reads everything
    scratch const dir;
    for (int i = 0; i < 200; ++i) dir.write("d" + std::to_string(i) + "/file", "x");
    ::chmod((dir.path / "d77").c_str(), 0);
    CHECK_THROWS_WITH(dir.scan(), Catch::Contains("d77"));
    ::chmod((dir.path / "d77").c_str(), 0755);
}

TEST_CASE("only what is named is scanned", "[files][scan][C026][C010]") {
    scratch const dir;
    for (auto const* name : {"a/1", "a/2", "b/1", "b/deep/3", "c.txt", "d.txt", "real/data/x", "star[1]/y"}) dir.write(name, "x");
    fs::create_symlink("real", dir.path / "alias");
    fs::create_symlink("../real/data", dir.path / "b/up");
    fs::create_symlink("loop", dir.path / "loop");
    fs::create_symlink("star[1]", dir.path / "s");
    CHECK(names_of(dir.scan({"a/1"})) == "a a/1");
    CHECK(names_of(dir.scan({"*.txt"})) == "c.txt d.txt");
    CHECK(names_of(dir.scan({"*/1"})) == "a a/1 alias b b/1 loop real s star[1]");
    CHECK(names_of(dir.scan({"alias/data"})) == "alias real real/data real/data/x");
    CHECK(names_of(dir.scan({"b/up"})) == "b b/up real real/data real/data/x");
    CHECK(names_of(dir.scan({"s"})) == "s star[1] star[1]/y");
    CHECK(names_of(dir.scan({"b"})) == "b b/1 b/deep b/deep/3 b/up");
    CHECK(names_of(dir.scan({"loop"})) == "loop");
    CHECK(names_of(dir.scan({"missing", "../c.txt"})) == "c.txt");
    CHECK(names_of(dir.scan({"a/**/3"})) == "a a/1 a/2");
    CHECK(names_of(dir.scan({"a", ""})) == names_of(dir.scan()));
    CHECK(names_of(dir.scan(std::vector<std::string>{})).empty());
}

TEST_CASE("what cannot be read is a failure that names it", "[files][scan]") {
    CHECK_THROWS_WITH(files::scan_context("/nowhere/at/all", {}), Catch::Contains("/nowhere/at/all"));
    if (::geteuid() == 0) return;  // root reads everything
    scratch const dir;
    dir.write("secret", "x");
    ::chmod((dir.path / "secret").c_str(), 0);
    CHECK_THROWS_WITH(dir.scan(), Catch::Contains("secret"));
    CHECK_NOTHROW(dir.scan(std::vector<std::string>{"other"}));
}

TEST_CASE("the index spares reading", "[files][scan]") {
    scratch const dir;
    dir.write("context/f", "abc");
    files::file_index index((dir.path / "idx").string());
    files::context_options o;
    o.index = &index;
    CHECK(files::scan_context((dir.path / "context").string(), o).at("f")->content.digest == files::digest_of("abc"));
    CHECK(files::scan_context((dir.path / "context").string(), o).at("f")->content.digest == files::digest_of("abc"));
}

TEST_CASE("an overlay's upper directory as a diff", "[files][scan]") {
    scratch const dir;
    dir.write("etc/new", "abc");
    fs::create_directories(dir.path / "opaque");
    bool const xattrs = ::setxattr((dir.path / "opaque").c_str(), "user.overlay.opaque", "y", 1, 0) == 0 &&
                        ::setxattr((dir.path / "etc/new").c_str(), "user.kept", "v", 1, 0) == 0;
    if (!xattrs) {
        WARN("no xattrs here: not tested");
        return;
    }
    bool const whiteout = ::mknod((dir.path / "etc/gone").c_str(), S_IFCHR, 0) == 0;
    auto const d = files::scan_upper(dir.path.string());
    REQUIRE(d.size() == (whiteout ? 4 : 3));
    CHECK(d[0].path == "etc");
    if (whiteout) {
        CHECK(d[1].path == "etc/gone");
        CHECK(d[1].what == files::change::kind::remove);
    }
    auto const& file = d[whiteout ? 2 : 1];
    CHECK(file.node->content.path == (dir.path / "etc/new").string());
    CHECK(file.node->uid == ::geteuid());
    CHECK(file.node->xattrs == std::map<std::string, std::string>{{"user.kept", "v"}});
    CHECK(d.back().what == files::change::kind::opaque);
    CHECK(d.back().node->xattrs.empty());
    ::setxattr((dir.path / "opaque").c_str(), "user.overlay.redirect", "x", 1, 0);
    CHECK_THROWS_AS(files::scan_upper(dir.path.string()), failure);
}
