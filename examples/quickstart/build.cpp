// SPDX-License-Identifier: BSL-1.0
// A web server image out of nothing but Debian's busybox-static: no registry, no network. Dockerfile says the same.
//
//     ./quickstart -o type=oci,dest=quickstart.tar     build it
//     ./quickstart plan                                look at it first
#include <constage/dsl.hpp>

#include "busybox_context.hpp"

using namespace constage;

constexpr auto base = stage<"base">(
    from(scratch),
    copy(from("busybox-static"), "/bin/busybox", "/bin/busybox"),
    run(exec("/bin/busybox", "--install", "-s", "/bin")),
    env("PATH", "/bin"));

constexpr auto pages = stage<"pages">(
    from(base),
    workdir("/site"),
    run("for page in one two three; do echo \"<h1>$page</h1>\" > $page.html; done; sleep 1"));

constexpr auto index = stage<"index">(  // needs `base` only: runs at the same time as `pages`
    from(base),
    run(script(R"(
mkdir /site
for page in one two three; do echo "<a href=$page.html>$page</a>"; done > /site/index.html
sleep 1
)")));

constexpr auto server = stage<"server">(
    from(base),
    copy(from(pages), "/site/", "/srv/"),
    copy(from(index), "/site/index.html", "/srv/"),
    user("65534:65534"),
    expose("8080/tcp"),
    entrypoint(exec("httpd", "-f", "-p", "8080", "-h", "/srv")));

constexpr auto site = graph(base, pages, index, server);
static_assert(policy::derives_from(site, base));
static_assert(!policy::derives_from(site, pages));

int main(int argc, char** argv) {
    busybox_context busybox;  // the named context `busybox-static`: a directory with bin/busybox in it
    auto arguments = busybox.add_to(argc, argv);
    return constage::main(int(arguments.size()) - 1, arguments.data(), site);
}
