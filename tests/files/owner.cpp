// SPDX-License-Identifier: BSL-1.0
#include <constage/failure.hpp>
#include <constage/files/owner.hpp>

#include <catch2/catch.hpp>

using namespace constage;
using files::account_of;
using files::change_mode;
using files::owner_of;

namespace {

files::change file(std::string path, std::string text) {
    auto n = std::make_shared<files::node>();
    n->size = text.size();
    n->content.text = std::move(text);
    return {std::move(path), files::change::kind::put, std::move(n)};
}

files::tree sample() {
    return files::tree().apply(
        {file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:2:d:/sbin:/x\n\nweird\napp:x:1000:50::/home/app:/bin/sh\n"),
         file("etc/group", "root:x:0:\nwheel:x:10:root,app\nstaff:x:50:\nmail:x:8:other,app\n")});
}

std::pair<int, int> ids(files::owner o) { return {static_cast<int>(o.uid), static_cast<int>(o.gid)}; }
using two = std::pair<int, int>;

}  // namespace

TEST_CASE("--chown looks names up in the image, numbers stand for themselves", "[files][owner][C012]") {
    auto const t = sample();
    CHECK(ids(owner_of("12", t)) == two(12, 12));
    CHECK(ids(owner_of("12:34", t)) == two(12, 34));
    CHECK(ids(owner_of("app", t)) == two(1000, 50));
    CHECK(ids(owner_of("app:", t)) == two(1000, 0));
    CHECK(ids(owner_of("app:mail", t)) == two(1000, 8));
    CHECK(ids(owner_of("7:staff", t)) == two(7, 50));
    CHECK(ids(owner_of("root", t)) == two(0, 0));
    CHECK(ids(owner_of("nobody", t)) == two(0, 0));
    CHECK(ids(owner_of("app:nobody", t)) == two(1000, 0));
    CHECK(ids(owner_of("", t)) == two(0, 0));
    CHECK_THROWS_AS(owner_of("99999999999", t), failure);
}

TEST_CASE("an empty root has nobody to look up", "[files][owner][C012]") {
    CHECK(ids(owner_of("1:2", files::tree{})) == two(1, 2));
    CHECK(ids(owner_of("root", files::tree{})) == two(0, 0));
    CHECK_THROWS_WITH(owner_of("daemon:mail", files::tree{}), Catch::Contains("invalid user index") && Catch::Contains("daemon:mail"));
}

TEST_CASE("USER of a RUN: ids, groups, home", "[files][owner][R004][R003][G007]") {
    auto const t = sample();
    auto const groups = [&](char const* user) { return account_of(user, t).groups; };
    using list = std::vector<std::uint32_t>;
    CHECK(ids(account_of("", t).ids) == two(0, 0));
    CHECK(groups("") == list{0, 10});
    CHECK(account_of("", t).home == "/root");
    CHECK(ids(account_of("app", t).ids) == two(1000, 50));
    CHECK(groups("app") == list{50, 10, 8});
    CHECK(groups("1000") == list{50, 10, 8});
    CHECK(groups("app:wheel") == list{10});
    CHECK(ids(account_of("1234", t).ids) == two(1234, 0));
    CHECK(groups("1234") == list{0});
    CHECK(account_of("1234", t).home == "/");
    CHECK(ids(account_of("1234:99", t).ids) == two(1234, 99));
    CHECK_THROWS_WITH(account_of("nobody", t), Catch::Contains("unable to find user nobody"));
    CHECK_THROWS_WITH(account_of("app:nobody", t), Catch::Contains("unable to find group nobody"));
    CHECK(ids(account_of("", files::tree{}).ids) == two(0, 0));
}

TEST_CASE("--chmod", "[files][owner][C013]") {
    CHECK(change_mode("755", 0600, false) == 0755);
    CHECK(change_mode("07777", 0, true) == 07777);
    CHECK(change_mode("0", 0777, false) == 0);
    CHECK(change_mode("u=rwX,go=rX", 0600, true) == 0755);
    CHECK(change_mode("u=rwX,go=rX", 0600, false) == 0644);
    CHECK(change_mode("u=rwX,go=rX", 0701, false) == 0755);
    CHECK(change_mode("+x", 0644, false) == 0755);
    CHECK(change_mode("go-w", 0666, false) == 0644);
    CHECK(change_mode("g=u", 0740, false) == 0770);
    CHECK(change_mode("g+s", 0755, true) == 02755);
    CHECK(change_mode("u=rwx,go=rx", 06700, false) == 0755);
    CHECK(change_mode("u+r-w", 0200, false) == 0400);
    for (auto const* wrong : {"64a", "99999", "10000", "", "u", "u=q", "+x,", "z+x"})
        CHECK_THROWS_WITH(change_mode(wrong, 0644, false), Catch::Contains("invalid chmod parameter: '" + std::string(wrong) + "'"));
}
