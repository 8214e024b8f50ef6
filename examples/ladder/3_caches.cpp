// SPDX-License-Identifier: BSL-1.0
// Step 3: directories that survive builds. They speed up the steps that do run again, and are never in the image nor in a key.
#include <constage/dsl.hpp>
using namespace constage;

constexpr auto service = stage<"service">(
    from("golang:1.22-bookworm"),
    workdir("/src"),
    copy("go.mod", "go.sum", "./"),
    run("go mod download").cache("/go/pkg/mod"),
    run("CGO_ENABLED=0 go build -o /service ./cmd/service")
        .cache("/go/pkg/mod")
        .cache("/root/.cache/go-build")
        .bind("cmd", "/src/cmd"));  // sources are only looked at: no copy of them in any layer

constexpr auto pages = stage<"pages">(
    from("node:20-slim"),
    workdir("/web"),
    copy("web/package.json", "web/package-lock.json", "./"),
    run("npm ci").cache("/root/.npm", {.id = "npm", .sharing = "locked"}),  // npm wants it for itself
    copy("web", "."),
    run("npm run build"));

constexpr auto app = stage<"app">(
    from("debian:bookworm-slim"),
    copy(from(service), "/service", "/usr/local/bin/"),
    copy(from(pages), "/web/dist", "/srv/pages/"),
    expose("8080/tcp"),
    entrypoint(exec("service", "--pages", "/srv/pages")));

constexpr auto image = graph(service, pages, app);

int main(int argc, char** argv) { return constage::main(argc, argv, image); }
