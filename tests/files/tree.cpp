// SPDX-License-Identifier: BSL-1.0
#include <constage/failure.hpp>
#include <constage/files/tree.hpp>

#include <catch2/catch.hpp>

using namespace constage;
using files::change;
using files::node;
using files::node_ptr;

namespace {

node_ptr file(std::string text, std::uint32_t mode = 0644) {
    auto n = std::make_shared<node>();
    n->mode = mode;
    n->size = text.size();
    n->content.text = std::move(text);
    return n;
}
node_ptr directory(std::uint32_t mode = 0755) {
    auto n = std::make_shared<node>();
    n->type = files::type::directory;
    n->mode = mode;
    return n;
}
node_ptr symlink(std::string target) {
    auto n = std::make_shared<node>();
    n->type = files::type::symlink;
    n->mode = 0777;
    n->target = std::move(target);
    return n;
}
change put(std::string path, node_ptr n) { return {std::move(path), change::kind::put, std::move(n)}; }
change removed(std::string path) { return {std::move(path), change::kind::remove, nullptr}; }

files::tree sample() {
    return files::tree().apply({put("etc", directory()), put("etc/passwd", file("root")), put("link", symlink("/etc")),
                                put("loop", symlink("loop")), put("up", symlink("../../../etc/passwd")), put("usr", directory()),
                                put("usr/lib", symlink("../link/../etc")), put("usr/gone", symlink("/nowhere/x"))});
}

std::vector<std::string> paths(files::diff const& d) {
    std::vector<std::string> result;
    for (auto const& c : d) result.push_back((c.what == change::kind::remove ? "-" : c.what == change::kind::opaque ? "=" : "+") + c.path);
    return result;
}

}  // namespace

TEST_CASE("find follows symlinks inside the tree and never leaves it", "[files][tree]") {
    auto const t = sample();
    CHECK(t.find("/etc/passwd")->path == "etc/passwd");
    CHECK(t.find("link/passwd")->path == "etc/passwd");
    CHECK(t.find("up")->path == "etc/passwd");
    CHECK(t.find("usr/lib/passwd")->path == "etc/passwd");
    CHECK(t.find("/")->path.empty());
    CHECK(t.find("../../etc//./passwd")->node == t.at("etc/passwd"));
    CHECK(t.find("link", false)->node->type == files::type::symlink);
    CHECK(t.find("link/new")->path == "etc/new");
    CHECK_FALSE(t.find("link/new")->node);
    CHECK_FALSE(t.find("loop"));
    CHECK_FALSE(t.find("missing/x"));
    CHECK_FALSE(t.find("etc/passwd/x"));
    CHECK_FALSE(t.find("usr/gone"));
}

TEST_CASE("at follows nothing", "[files][tree]") {
    auto const t = sample();
    CHECK_FALSE(t.at("link/passwd"));
    CHECK(t.at("link")->type == files::type::symlink);
    CHECK(t.at("") == t.root());
}

TEST_CASE("apply leaves the old tree alone and shares what did not change", "[files][tree]") {
    auto const before = sample();
    auto const after = before.apply({put("etc/new", file("x")), removed("link"), put("made/on/the/way", file("y"))});
    CHECK_FALSE(before.at("etc/new"));
    CHECK(before.at("link"));
    CHECK_FALSE(after.at("link"));
    CHECK(after.at("usr") == before.at("usr"));
    CHECK(after.at("made/on")->mode == 0755);
    CHECK(after.at("etc/new"));
}

TEST_CASE("a directory over a directory keeps the children, an opaque one does not", "[files][tree]") {
    auto const t = sample();
    auto const merged = t.apply({put("etc", directory(0700)), put("etc/b", file("b"))});
    CHECK(merged.at("etc")->mode == 0700);
    CHECK(merged.at("etc/passwd"));
    CHECK(merged.at("etc/b"));
    auto const hidden = t.apply({{"etc", change::kind::opaque, directory(0711)}, put("etc/b", file("b"))});
    CHECK(hidden.at("etc")->mode == 0711);
    CHECK_FALSE(hidden.at("etc/passwd"));
    CHECK(hidden.at("etc/b"));
    auto const replaced = t.apply({put("etc/x/y", file("1")), put("etc", file("flat"))});
    CHECK(replaced.at("etc")->type == files::type::file);
    auto const again = t.apply({put("etc/x", file("1")), removed("etc"), put("etc/z", file("2"))});
    CHECK_FALSE(again.at("etc/x"));
    CHECK(again.at("etc/z"));
}

TEST_CASE("difference is what apply undoes", "[files][tree]") {
    auto const before = sample();
    auto const after = before.apply({put("etc", directory(0700)), put("etc/a", file("a")), removed("etc/passwd"), put("usr", file("flat")),
                                     put("loop", directory()), put("loop/x", file("x")), removed("link")});
    auto const d = files::difference(before, after);
    CHECK(paths(d) == std::vector<std::string>{"+etc", "+etc/a", "-etc/passwd", "-link", "+loop", "+loop/x", "+usr"});
    CHECK(files::content_digest(*before.apply(d).root()) == files::content_digest(*after.root()));
    CHECK(files::difference(after, after).empty());
}

TEST_CASE("the content digest ignores times and sees everything else", "[files][tree]") {
    auto const with = [](auto const& edit) {
        auto n = std::make_shared<node>(*file("x"));
        edit(*n);
        return files::content_digest(*files::tree().apply({put("f", n)}).root());
    };
    auto const plain = with([](node&) {});
    CHECK(plain == with([](node& n) { n.mtime_ns = 5; }));
    CHECK(plain == with([](node& n) { n.content.digest = "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"; }));
    CHECK(plain != with([](node& n) { n.mode = 0600; }));
    CHECK(plain != with([](node& n) { n.uid = 1; }));
    CHECK(plain != with([](node& n) { n.gid = 1; }));
    CHECK(plain != with([](node& n) { n.content.text = "y"; }));
    CHECK(plain != with([](node& n) { n.xattrs["user.a"] = "b"; }));
    CHECK(plain != with([](node& n) { n.type = files::type::fifo; }));
    CHECK(plain != files::content_digest(*files::tree().apply({put("g", file("x"))}).root()));
}

TEST_CASE("the content digest of a tree that several threads work on", "[files][tree]") {
    auto const many = [](std::string const& changed, std::string const& text) {
        files::diff all;
        for (int i = 0; i != 300; ++i) {
            auto const name = "top" + std::to_string(i % 3) + "/d" + std::to_string(i);
            all.push_back(put(name, directory()));
            all.push_back(put(name + "/deep/f", file(name == changed ? text : "x")));
        }
        return files::tree().apply(all);
    };
    auto const plain = files::content_digest(*many("", "").root());
    CHECK(files::content_digest(*many("", "").root()) == plain);
    CHECK(files::content_digest(*many("top0/d0", "x").root()) == plain);
    for (auto const* changed : {"top0/d0", "top1/d148", "top2/d299"}) CHECK(files::content_digest(*many(changed, "y").root()) != plain);
    // Equal parts that change places.
    auto const moved = many("", "").apply({removed("top0/d3"), put("top0/d3", directory(0700)), put("top0/d3/deep/f", file("x"))});
    CHECK(files::content_digest(*moved.root()) != plain);
    auto gone = std::make_shared<node>(*file(""));
    gone->content.path = "/no/such/file";
    CHECK_THROWS_WITH(files::content_digest(*many("", "").apply({put("top1/d148/gone", gone)}).root()), Catch::Contains("/no/such/file"));
}

TEST_CASE("a diff is saved and loaded", "[files][tree]") {
    auto big = std::make_shared<node>(*file(""));
    big->content.path = "/store/snapshots/1/big";
    big->content.digest = "sha256:" + std::string(64, 'a');
    big->size = 1ull << 40;
    big->mtime_ns = -1;
    big->inode = files::next_inode();
    big->xattrs["security.capability"] = std::string("\0\1\2", 3);
    auto device = std::make_shared<node>();
    device->type = files::type::character;
    device->major = 1;
    device->minor = 300;
    files::diff const d = {put("a", directory(0711)), put("a/big", big),      put("a/same", big), {"b", change::kind::opaque, directory()},
                           put("dev", device),        put("l", symlink("x")), removed("old"),     put("t", file("text"))};
    auto const bytes = files::save(d, "/store");
    CHECK(bytes.find("/store") == std::string::npos);
    auto const back = files::load(bytes, "/moved");
    REQUIRE(paths(back) == paths(d));
    CHECK(back[1].node->content.path == "/moved/snapshots/1/big");
    CHECK(back[1].node->mtime_ns == -1);
    CHECK(back[1].node->size == 1ull << 40);
    CHECK(back[1].node->xattrs == big->xattrs);
    CHECK(back[1].node->inode == back[2].node->inode);
    CHECK(back[1].node->inode > big->inode);
    CHECK(back[4].node->minor == 300);
    CHECK(back[7].node->content.text == "text");
    CHECK(files::save(back, "/moved") == bytes);
}

TEST_CASE("damaged bytes are a failure, never more", "[files][tree]") {
    auto const bytes = files::save({put("a", directory()), put("a/b", file("text")), removed("c")}, "");
    CHECK_THROWS_AS(files::load("", ""), failure);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        CHECK_THROWS_AS(files::load(bytes.substr(0, i), ""), failure);
        for (auto const c : {'\0', '\x7f', '\xff'}) {
            auto bad = bytes;
            bad[i] = c;
            try {
                files::load(bad, "");
            } catch (failure const&) {}
        }
    }
    CHECK_THROWS_AS(files::load(files::save({put("../x", file(""))}, ""), ""), failure);
}
