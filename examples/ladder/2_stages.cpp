// SPDX-License-Identifier: BSL-1.0
// Step 2: a stage for each job. `service` and `pages` need nothing of each other, so they run at the same time; the image is what
// `app` copies. The compiler knows the graph, and can be asked.
#include <constage/dsl.hpp>
using namespace constage;

constexpr auto service = stage<"service">(
    from("golang:1.22-bookworm"),
    workdir("/src"),
    copy("go.mod", "go.sum", "./"),  // what changes rarely comes first: a changed source does not download again
    run("go mod download"),
    copy("cmd", "cmd/"),
    run("CGO_ENABLED=0 go build -o /service ./cmd/service"));

constexpr auto pages = stage<"pages">(
    from("node:20-slim"),
    workdir("/web"),
    copy("web/package.json", "web/package-lock.json", "./"),
    run("npm ci"),
    copy("web", "."),
    run("npm run build"));

constexpr auto app = stage<"app">(
    from("debian:bookworm-slim"),
    copy(from(service), "/service", "/usr/local/bin/"),
    copy(from(pages), "/web/dist", "/srv/pages/"),
    expose("8080/tcp"),
    entrypoint(exec("service", "--pages", "/srv/pages")));

constexpr auto image = graph(service, pages, app);
static_assert(query::levels(image) == 2 && query::width(image) == 2);  // two levels, two stages side by side
static_assert(query::has_edge(image, app, pages, query::edge::copy));

int main(int argc, char** argv) { return constage::main(argc, argv, image); }
