// SPDX-License-Identifier: BSL-1.0
#include <constage/failure.hpp>
#include <constage/files/copy.hpp>

#include <catch2/catch.hpp>

#include <cstdio>

using namespace constage;
using files::change;
using files::node;
using files::node_ptr;
using files::tree;

namespace {

using strings = std::vector<std::string>;

std::shared_ptr<node> file(std::string text, std::uint32_t mode = 0644) {
    auto n = std::make_shared<node>();
    n->mode = mode;
    n->size = text.size();
    n->content.text = std::move(text);
    n->mtime_ns = 5;
    return n;
}
std::shared_ptr<node> directory(std::uint32_t mode = 0755, std::uint32_t owner = 0) {
    auto n = std::make_shared<node>();
    n->type = files::type::directory;
    n->mode = mode;
    n->uid = n->gid = owner;
    n->mtime_ns = 7;
    return n;
}
std::shared_ptr<node> symlink(std::string target) {
    auto n = std::make_shared<node>();
    n->type = files::type::symlink;
    n->mode = 0777;
    n->target = std::move(target);
    return n;
}

/// {"path", node} pairs as a tree.
tree tree_of(std::vector<std::pair<std::string, node_ptr>> const& what) {
    files::diff d;
    for (auto const& [path, n] : what) d.push_back({path, change::kind::put, n});
    return tree().apply(d);
}

std::string line(std::string const& path, node const& n) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, " %o %u:%u", n.mode, n.uid, n.gid);
    auto const kind = n.type == files::type::directory ? "d "
                      : n.type == files::type::symlink ? "l "
                      : n.type == files::type::file    ? "f "
                                                       : "? ";
    auto const more = n.type == files::type::file ? " " + n.content.text : n.type == files::type::symlink ? " " + n.target : "";
    return kind + path + buffer + more;
}

strings lines(files::diff const& d) {
    strings result;
    for (auto const& c : d) {
        REQUIRE(c.what != change::kind::remove);
        REQUIRE(c.node->entries.empty());
        result.push_back((c.what == change::kind::opaque ? "=" : "") + line(c.path, *c.node));
    }
    return result;
}

files::copy_request request(tree from, strings sources, std::string destination) {
    files::copy_request r;
    r.from = std::move(from);
    r.from_context = true;
    r.sources = std::move(sources);
    r.destination = std::move(destination);
    return r;
}

tree sample() {
    return tree_of({{"a.txt", file("a", 0600)},
                    {"b.txt", file("b")},
                    {"link", symlink("b.txt")},
                    {"gone", symlink("/nowhere")},
                    {"sub", directory(0711)},
                    {"sub/.hidden", file("h")},
                    {"sub/deep", directory(0700)},
                    {"sub/deep/c.md", file("c", 04755)},
                    {"sub/deep/in", symlink("../../a.txt")},
                    {"sublink", symlink("sub")}});
}

strings copied(strings sources, std::string destination, tree const& into = {}) {
    return lines(files::copy(into, request(sample(), std::move(sources), std::move(destination))));
}

}  // namespace

TEST_CASE("a file is renamed, or goes into a directory", "[files][copy][C002][C004][C005][C009]") {
    CHECK(copied({"a.txt"}, "/x") == strings{"f x 600 0:0 a"});
    CHECK(copied({"a.txt"}, "/x/") == strings{"d x 755 0:0", "f x/a.txt 600 0:0 a"});
    CHECK(copied({"/a.txt"}, "/x/y") == strings{"d x 755 0:0", "f x/y 600 0:0 a"});
    CHECK(copied({"../../a.txt"}, "/") == strings{"f a.txt 600 0:0 a"});
    CHECK(copied({"a.txt"}, "/x", tree_of({{"x", directory()}})) == strings{"f x/a.txt 600 0:0 a"});
    CHECK(copied({"a.txt"}, "/x", tree_of({{"x", symlink("y")}, {"y", directory()}})) == strings{"f y/a.txt 600 0:0 a"});
    CHECK(copied({"a.txt", "b.txt"}, "/x") == strings{"f x 644 0:0 b"});
}

TEST_CASE("destinations are relative to the working directory", "[files][copy][C006]") {
    auto r = request(sample(), {"a.txt"}, "");
    r.workdir = "/w";
    for (auto const* d : {"", ".", "./", "../w/"}) {
        r.destination = d;
        CHECK(lines(files::copy({}, r)) == strings{"d w 755 0:0", "f w/a.txt 600 0:0 a"});
    }
}

TEST_CASE("of a directory its contents are copied", "[files][copy][C003][C008]") {
    strings const in_new{"d x 755 0:0", "f x/.hidden 644 0:0 h", "d x/deep 700 0:0", "f x/deep/c.md 4755 0:0 c",
                         "l x/deep/in 777 0:0 ../../a.txt"};
    for (auto const* source : {"sub", "sub/", "sub/.", "sublink"}) CHECK(copied({source}, "/x") == in_new);
    CHECK_THROWS_WITH(copied({"sub"}, "/x", tree_of({{"x", file("old")}})), Catch::Contains("cannot copy to non-directory: /x"));
}

TEST_CASE("an existing destination keeps owner and mode, but takes the time", "[files][copy][C007]") {
    auto const into = tree_of({{"x", directory(0770, 5)}, {"x/deep", directory(0777, 6)}, {"x/deep/other", file("o")}});
    auto const d = files::copy(into, request(sample(), {"sub"}, "/x"));
    CHECK(lines(d) == strings{"d x 770 5:5", "f x/.hidden 644 0:0 h", "d x/deep 700 0:0", "f x/deep/c.md 4755 0:0 c",
                              "l x/deep/in 777 0:0 ../../a.txt"});
    CHECK(d[0].node->mtime_ns == 7);
    CHECK(into.apply(d).at("x/deep/other"));
}

TEST_CASE("what is in the way", "[files][copy][C008]") {
    CHECK_THROWS_WITH(copied({"a.txt"}, "/x/y", tree_of({{"x", file("f")}})), Catch::Contains("mkdir /x: not a directory"));
    CHECK_THROWS_WITH(copied({"sub"}, "/", tree_of({{"deep", file("f")}})), Catch::Contains("cannot copy to non-directory: /deep"));
    CHECK_THROWS_WITH(copied({"sub"}, "/", tree_of({{"deep", symlink("d")}, {"d", directory()}})),
                      Catch::Contains("cannot copy to non-directory: /deep"));
    CHECK_THROWS_WITH(copied({"a.txt"}, "/", tree_of({{"a.txt", directory()}})),
                      Catch::Contains("cannot replace to directory /a.txt with file"));
    CHECK(copied({"sub/deep"}, "/", tree_of({{"c.md", symlink("other")}})) == strings{"f c.md 4755 0:0 c", "l in 777 0:0 ../../a.txt"});
}

TEST_CASE("sources that are not there", "[files][copy][C018]") {
    CHECK_THROWS_WITH(copied({"x/y"}, "/"), Catch::Contains("\"/x/y\": not found"));
    CHECK_THROWS_WITH(copied({"gone"}, "/"), Catch::Contains("\"/gone\": not found"));
    CHECK_THROWS_WITH(copied({"g*"}, "/"), Catch::Contains("\"/gone\": not found"));
    CHECK(copied({"x*"}, "/y") == strings{});
    CHECK_THROWS_WITH(files::select(sample(), {"x/y"}, {}, false), Catch::Contains("\"/x/y\": not found"));
}

TEST_CASE("wildcards match component by component", "[files][copy][C017][C010]") {
    CHECK(copied({"*.txt"}, "/x/") == strings{"d x 755 0:0", "f x/a.txt 600 0:0 a", "f x/b.txt 644 0:0 b"});
    CHECK(copied({"*link"}, "/x/") == strings{"d x 755 0:0", "f x/.hidden 644 0:0 h", "d x/deep 700 0:0", "f x/deep/c.md 4755 0:0 c",
                                              "l x/deep/in 777 0:0 ../../a.txt", "f x/link 644 0:0 b"});
    CHECK(copied({"s*/*/c.md"}, "/x/") == strings{"d x 755 0:0", "f x/c.md 4755 0:0 c"});
    CHECK(copied({"sublink/d*"}, "/x/") == strings{"d x 755 0:0", "f x/c.md 4755 0:0 c", "l x/in 777 0:0 ../../a.txt"});
}

TEST_CASE("--exclude is about what is in a source directory", "[files][copy][C022]") {
    auto r = request(sample(), {"sub"}, "/x/");
    r.exclude = {"deep", "!deep/in"};
    CHECK(lines(files::copy({}, r)) ==
          strings{"d x 755 0:0", "f x/.hidden 644 0:0 h", "d x/deep 700 0:0", "l x/deep/in 777 0:0 ../../a.txt"});
    r.sources = {"a.txt"};
    r.exclude = {"*.txt"};
    CHECK(lines(files::copy({}, r)) == strings{"d x 755 0:0", "f x/a.txt 600 0:0 a"});
}

TEST_CASE("where --exclude or --parents choose, symlinks in the source's root lead somewhere", "[files][copy]") {
    auto const with_link =
        tree_of({{"a.txt", file("a")}, {"d", directory()}, {"d/dangling", symlink("nothing")}, {"link", symlink("/nothing")}});
    auto r = request(with_link, {"."}, "/x/");
    CHECK(lines(files::copy({}, r)).size() == 5);
    r.exclude = {"*.md"};
    CHECK_THROWS_WITH(files::copy({}, r), Catch::Contains("\"/link\": not found"));
    r.exclude = {"link"};
    CHECK(lines(files::copy({}, r)) == strings{"d x 755 0:0", "f x/a.txt 644 0:0 a", "d x/d 755 0:0", "l x/d/dangling 777 0:0 nothing"});
    r.exclude = {};
    r.parents = true;
    r.sources = {"./link"};
    CHECK_THROWS_WITH(files::copy({}, r), Catch::Contains("\"/link\": not found"));
    r.sources = {"d/dangling"};
    CHECK(lines(files::copy({}, r)) == strings{"d x 755 0:0", "d x/d 755 0:0", "l x/d/dangling 777 0:0 nothing"});
}

TEST_CASE("--parents keeps the way from the pivot on", "[files][copy][C021]") {
    auto r = request(sample(), {"sub/deep/c.md"}, "/x");
    r.parents = true;
    CHECK(lines(files::copy({}, r)) == strings{"d x 755 0:0", "d x/sub 711 0:0", "d x/sub/deep 700 0:0", "f x/sub/deep/c.md 4755 0:0 c"});
    r.sources = {"sub/./deep/c*"};
    CHECK(lines(files::copy({}, r)) == strings{"d x 755 0:0", "d x/deep 700 0:0", "f x/deep/c.md 4755 0:0 c"});
    r.sources = {"**/*.md"};
    CHECK(lines(files::copy({}, r)) == strings{"d x 755 0:0", "d x/sub 711 0:0", "d x/sub/deep 700 0:0", "f x/sub/deep/c.md 4755 0:0 c"});
    r.sources = {"no*"};
    CHECK(lines(files::copy({}, r)) == strings{"d x 755 0:0"});
    r.sources = {"sub/no"};
    CHECK_THROWS_WITH(files::copy({}, r), Catch::Contains("\"/sub/no\": not found"));
    r.sources = {"sub/deep"};
    r.exclude = {"sub"};
    CHECK_THROWS_WITH(files::copy({}, r), Catch::Contains("\"/sub/deep\": not found"));
}

TEST_CASE("--chown and --chmod reach the directories that are made", "[files][copy][C006][C012][C013]") {
    auto r = request(sample(), {"sub"}, "/x/y");
    r.chown = "3:4";
    r.chmod = "2750";
    CHECK(lines(files::copy({}, r)) == strings{"d x 750 3:4", "d x/y 750 3:4", "f x/y/.hidden 2750 3:4 h", "d x/y/deep 2750 3:4",
                                               "f x/y/deep/c.md 2750 3:4 c", "l x/y/deep/in 777 3:4 ../../a.txt"});
    r.chmod = "go=";
    CHECK(lines(files::copy({}, r)) == strings{"d x 755 3:4", "d x/y 755 3:4", "f x/y/.hidden 600 3:4 h", "d x/y/deep 700 3:4",
                                               "f x/y/deep/c.md 4700 3:4 c", "l x/y/deep/in 777 3:4 ../../a.txt"});
    r.chmod = "64a";
    r.sources.clear();
    CHECK_THROWS_WITH(files::copy({}, r), Catch::Contains("invalid chmod parameter: '64a'"));
}

TEST_CASE("owners are those of a stage, of a context root", "[files][copy][C011]") {
    auto r = request(tree_of({{"f", file("f")}, {"d", directory(0700, 9)}, {"d/e", directory(0700, 9)}}), {"d"}, "/x");
    CHECK(lines(files::copy({}, r)) == strings{"d x 755 0:0", "d x/e 700 0:0"});
    r.from_context = false;
    CHECK(lines(files::copy({}, r)) == strings{"d x 755 0:0", "d x/e 700 9:9"});
}

TEST_CASE("--link does not look at what is there", "[files][copy][C020][C009]") {
    auto const into = tree_of({{"l", symlink("y")}, {"y", directory(0700, 3)}, {"a.txt", directory()}, {"a.txt/x", file("")}});
    auto r = request(sample(), {"a.txt"}, "/l/");
    r.link = true;
    auto const d = files::copy(into, r);
    CHECK(lines(d) == strings{"d l 755 0:0", "f l/a.txt 600 0:0 a"});
    CHECK(into.apply(d).at("l/a.txt"));
    r.destination = "/";
    CHECK(into.apply(files::copy(into, r)).at("a.txt")->type == files::type::file);
    r.chmod = "600";
    CHECK_THROWS_AS(files::copy(into, r), failure);
    r.chmod.clear();
    r.chown = "daemon";
    CHECK_THROWS_WITH(files::copy(into, r), Catch::Contains("invalid user index"));
}

TEST_CASE("hard links stay together within one source, sockets become files", "[files][copy][C015][C016]") {
    auto const one = file("one");
    one->inode = files::next_inode();
    auto const socket = file("");
    socket->type = files::type::socket;
    auto const from = tree_of({{"d", directory()}, {"d/a", one}, {"d/b", one}, {"d/s", socket}, {"c", one}});
    auto const d = files::copy({}, request(from, {"d", "c"}, "/x/"));
    CHECK(lines(d) == strings{"d x 755 0:0", "f x/a 644 0:0 one", "f x/b 644 0:0 one", "f x/c 644 0:0 one", "f x/s 644 0:0 "});
    CHECK(d[1].node->inode == d[2].node->inode);
    CHECK(d[1].node->inode != one->inode);
    CHECK(d[3].node->inode != d[1].node->inode);
}

TEST_CASE("files that are not in a tree come last", "[files][copy][C024]") {
    auto r = request(sample(), {"a.txt"}, "/x/");
    r.files = {{"doc", file("text")}};
    CHECK(lines(files::copy({}, r)) == strings{"d x 755 0:0", "f x/a.txt 600 0:0 a", "f x/doc 644 0:0 text"});
}

TEST_CASE("archives are unpacked over what is there", "[files][copy][C028]") {
    auto const into = tree_of({{"x", directory(0700, 2)},
                               {"x/d", directory(02700, 8)},
                               {"x/d/old", file("old")},
                               {"x/l", symlink("d")},
                               {"x/e", directory()},
                               {"x/e/gone", file("")}});
    auto r = request(sample(), {"a.txt", "b.txt"}, "/x");
    r.unpack = [](node const& n) -> std::optional<files::diff> {
        if (n.content.text != "a") return std::nullopt;
        auto const mine = file("new", 0640);
        mine->uid = 12;
        return files::diff{{"", change::kind::put, directory(0)},
                           {"d/new/f", change::kind::put, mine},
                           {"e", change::kind::put, file("e")},
                           {"l/g", change::kind::put, file("g")}};
    };
    auto const d = files::copy(into, r);
    CHECK(lines(d) ==
          strings{"f x/b.txt 644 0:0 b", "f x/d/g 644 0:0 g", "d x/d/new 2755 0:8", "f x/d/new/f 640 12:0 new", "f x/e 644 0:0 e"});
    auto const after = into.apply(d);
    CHECK(after.at("x/d/old"));
    CHECK_FALSE(after.at("x/e/gone"));
    r.chown = "7:7";
    CHECK(lines(files::copy(into, r))[3] == "f x/d/new/f 640 7:7 new");
}

TEST_CASE("what is selected for the key is what is copied", "[files][copy]") {
    auto const names = [](tree const& t) {
        strings result;
        for (auto const& c : files::difference({}, t)) result.push_back(c.path);
        return result;
    };
    CHECK(names(files::select(sample(), {"sub/deep", "a.txt"}, {}, false)) ==
          strings{"a.txt", "sub", "sub/deep", "sub/deep/c.md", "sub/deep/in"});
    CHECK(names(files::select(sample(), {"sub"}, {"deep"}, false)) == strings{"sub", "sub/.hidden"});
    CHECK(names(files::select(sample(), {"**/*.md"}, {}, true)) == strings{"sub", "sub/deep", "sub/deep/c.md"});
    CHECK(files::select(sample(), {"link"}, {}, false).at("link")->type == files::type::file);
    CHECK(names(files::select(sample(), {"."}, {"**"}, false)).empty());
}

TEST_CASE("WORKDIR makes what is missing", "[files][copy][G008]") {
    auto const into = tree_of({{"a", directory(0700, 1)}, {"l", symlink("/a")}, {"f", file("")}});
    CHECK(lines(files::make_directories(into, "/l/b/c", {5, 6})) == strings{"d a/b 755 5:6", "d a/b/c 755 5:6"});
    CHECK(files::make_directories(into, "/l", {5, 6}).empty());
    CHECK_THROWS_WITH(files::make_directories(into, "/f", {}), Catch::Contains("mkdir /f: not a directory"));
}
