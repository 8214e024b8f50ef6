// SPDX-License-Identifier: BSL-1.0
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/materialize.hpp>
#include <constage/files/scan.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace constage;
namespace fs = std::filesystem;
using files::change;
using files::node;
using files::node_ptr;

namespace {

struct scratch {
    fs::path path = fs::temp_directory_path() / ("constage-materialize-" + std::to_string(::getpid()));
    scratch() {
        fs::remove_all(path);
        fs::create_directories(path);
    }
    ~scratch() { fs::remove_all(path); }
};

std::shared_ptr<node> make(files::type t, std::string text = "") {
    auto n = std::make_shared<node>();
    n->type = t;
    n->mode = t == files::type::directory ? 0750 : t == files::type::symlink ? 0777 : 0640;
    n->uid = ::geteuid();
    n->gid = ::getegid();
    n->mtime_ns = 1'234'567'890'123'456'789;
    if (t == files::type::symlink) {
        n->target = std::move(text);
    } else {
        n->size = text.size();
        n->content.text = std::move(text);
    }
    return n;
}
std::shared_ptr<node> file(std::string text) { return make(files::type::file, std::move(text)); }
std::shared_ptr<node> directory() { return make(files::type::directory); }
change put(std::string path, node_ptr n) { return {std::move(path), change::kind::put, std::move(n)}; }

std::string text_of(fs::path const& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("what is materialized is scanned as it was", "[files][materialize][C014]") {
    scratch const dir;
    std::ofstream(dir.path / "source") << "from a file";
    auto copied = file("");
    copied->content = {(dir.path / "source").string(), "", {}};
    copied->size = 11;
    auto twin = file("twin");
    twin->inode = files::next_inode();
    twin->mode = ::geteuid() == 0 ? 04755 : 0755;
    twin->xattrs["user.a"] = "b";
    auto closed = directory();
    closed->mode = 0500;
    files::diff d = {put("a", directory()),
                     put("a/copied", copied),
                     put("a/l", make(files::type::symlink, "/etc/passwd")),
                     put("a/t1", twin),
                     put("closed", closed),
                     put("closed/f", file("x")),
                     put("pipe", make(files::type::fifo)),
                     put("t2", twin)};
    bool const root = ::geteuid() == 0;
    if (root) {
        d[7].node = twin;
        d.insert(d.begin() + 7, change{"removed", change::kind::remove, nullptr});
    }
    auto const to = (dir.path / "made").string();
    files::materialize(d, to);
    CHECK(text_of(to + "/a/copied") == "from a file");
    CHECK(text_of(to + "/t2") == "twin");
    auto back = files::scan_upper(to);
    REQUIRE(back.size() == d.size());
    for (std::size_t i = 0; i < d.size(); ++i) {
        INFO(d[i].path);
        CHECK(back[i].path == d[i].path);
        CHECK(back[i].what == d[i].what);
        if (!d[i].node) continue;
        CHECK(back[i].node->mode == d[i].node->mode);
        CHECK(back[i].node->uid == d[i].node->uid);
        CHECK(back[i].node->mtime_ns == d[i].node->mtime_ns);
        CHECK(back[i].node->size == d[i].node->size);
        CHECK(back[i].node->target == d[i].node->target);
        CHECK((back[i].node->inode != 0) == (d[i].node->inode != 0));
    }
    CHECK(fs::hard_link_count(to + "/t2") == 2);
    CHECK(fs::hard_link_count(dir.path / "source") == 1);
    fs::permissions(to + "/closed", fs::perms::owner_all);
}

TEST_CASE("an opaque directory is marked", "[files][materialize]") {
    scratch const dir;
    if (::setxattr(dir.path.c_str(), "user.probe", "y", 1, 0) != 0) {
        WARN("no xattrs here: not tested");
        return;
    }
    auto const to = (dir.path / "made").string();
    files::materialize({{"d", change::kind::opaque, directory()}, put("d/x", file("x"))}, to);
    auto const back = files::scan_upper(to);
    REQUIRE(back.size() == 2);
    CHECK(back[0].what == change::kind::opaque);
}

TEST_CASE("nothing is written through a symlink, nothing half is left", "[files][materialize]") {
    scratch const dir;
    fs::create_directories(dir.path / "outside");
    auto const to = (dir.path / "made").string();
    auto const evil = make(files::type::symlink, (dir.path / "outside").string());
    CHECK_THROWS_AS(files::materialize({put("a", evil), put("a/x", file("x"))}, to), failure);
    CHECK(fs::is_empty(dir.path / "outside"));
    auto missing = file("");
    missing->content.path = (dir.path / "nowhere").string();
    CHECK_THROWS_WITH(files::materialize({put("f", missing)}, to), Catch::Contains("nowhere"));
    auto longer = file("");
    std::ofstream(dir.path / "grown") << "more";
    longer->content.path = (dir.path / "grown").string();
    longer->size = 3;
    CHECK_THROWS_WITH(files::materialize({put("f", longer)}, to), Catch::Contains("changed"));
    CHECK_FALSE(fs::exists(to));
    fs::create_directories(to);
    CHECK_THROWS_AS(files::materialize({put("f", file("x"))}, to), failure);
    int left = 0;
    for (auto const& e : fs::directory_iterator(dir.path)) left += e.path().filename().string().find(".part") != std::string::npos;
    CHECK(left == 0);
}

TEST_CASE("a tree is exported as plain files", "[files][materialize][B004]") {
    scratch const dir;
    auto const to = dir.path / "out";
    fs::create_directories(to / "kept");
    fs::create_directories(dir.path / "outside");
    std::ofstream(dir.path / "outside/victim") << "old";
    fs::create_symlink(dir.path / "outside", to / "d");
    fs::create_symlink(dir.path / "outside/victim", to / "f");
    std::ofstream(to / "kept/mine") << "mine";
    auto foreign = file("new");
    foreign->uid = 12345;
    foreign->mode = 04755;
    auto device = make(files::type::character);
    auto const t =
        files::tree().apply({put("d", directory()), put("d/victim", file("inside")), put("dev", device), put("f", foreign),
                             put("kept", directory()), put("kept/too", file("too")), put("l", make(files::type::symlink, "/x"))});
    files::export_tree(t, to.string());
    CHECK(text_of(dir.path / "outside/victim") == "old");
    CHECK(text_of(to / "d/victim") == "inside");
    CHECK(text_of(to / "f") == "new");
    CHECK(text_of(to / "kept/mine") == "mine");
    CHECK(text_of(to / "kept/too") == "too");
    CHECK_FALSE(fs::exists(to / "dev"));
    CHECK(fs::read_symlink(to / "l") == "/x");
    struct stat s {};
    REQUIRE(::stat((to / "f").c_str(), &s) == 0);
    CHECK(s.st_uid == ::geteuid());
    CHECK((s.st_mode & 07777) == 0755);
    files::export_tree(t, to.string());
    CHECK(text_of(to / "f") == "new");
    CHECK_THROWS_WITH(files::export_tree(files::tree().apply({put("kept", file("x"))}), to.string()), Catch::Contains("kept"));
    CHECK_THROWS_AS(files::export_tree(t, (dir.path / "missing").string()), failure);
}

TEST_CASE("files that nobody else needs are moved", "[files][materialize]") {
    scratch const dir;
    auto const ours = (dir.path / "ours").string();
    fs::create_directories(ours);
    fs::create_directories(ours + "too");
    std::ofstream(ours + "/1") << "mine";
    std::ofstream(ours + "too/2") << "other";
    auto const moved = file("mine"), copied = file("other");
    auto const with_path = [](auto const& n, std::string const& path) {
        auto copy = std::make_shared<node>(*n);
        copy->content = {path, {}, files::digest_of_file(path)};
        copy->mode = 04711;
        return copy;
    };
    auto const made = files::materialize({put("a", with_path(moved, ours + "/1")), put("b", with_path(copied, ours + "too/2"))},
                                         (dir.path / "to").string(), {{}, ours});
    CHECK(text_of(dir.path / "to/a") == "mine");
    CHECK(text_of(dir.path / "to/b") == "other");
    CHECK_FALSE(fs::exists(ours + "/1"));
    CHECK(fs::exists(ours + "too/2"));
    CHECK(fs::status(dir.path / "to/a").permissions() == fs::status(dir.path / "to/b").permissions());
    CHECK(made[0].node->content.path == (dir.path / "to/a").string());
}

TEST_CASE("files that never change are linked if they are as they shall be", "[files][materialize]") {
    scratch const dir;
    auto const store = (dir.path / "store").string();
    fs::create_directories(store);
    auto const first = files::materialize({put("same", file("s")), put("mode", file("m")), put("twice", file("t"))}, store + "/1");
    REQUIRE(first.size() == 3);
    auto other_mode = std::make_shared<node>(*first[1].node);
    other_mode->mode = 0755;
    files::diff const wanted = {put("moved", first[0].node), put("mode", other_mode), put("twice", first[2].node),
                                put("twice too", first[2].node)};
    files::materialize(wanted, store + "/2", {store, {}});
    CHECK(fs::equivalent(store + "/1/same", store + "/2/moved"));
    CHECK_FALSE(fs::equivalent(store + "/1/mode", store + "/2/mode"));
    CHECK(fs::equivalent(store + "/1/twice", store + "/2/twice"));
    CHECK_FALSE(fs::equivalent(store + "/1/twice", store + "/2/twice too"));
    CHECK(text_of(store + "/2/twice too") == "t");
    files::materialize(wanted, store + "/3");  // none is said to be immutable
    CHECK_FALSE(fs::equivalent(store + "/1/same", store + "/3/moved"));
}
