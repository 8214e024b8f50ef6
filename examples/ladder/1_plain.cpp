// SPDX-License-Identifier: BSL-1.0
// Step 1: a service in Go with a web page, as one stage. It works, and the image holds the compiler, Node and all sources.
//
//     ./ladder-1_plain plan
#include <constage/dsl.hpp>
using namespace constage;

constexpr auto app = stage<"app">(
    from("golang:1.22-bookworm"),
    run("apt-get update && apt-get install -y npm"),
    workdir("/src"),
    copy(".", "."),
    run("cd web && npm ci && npm run build"),
    run("go build -o /usr/local/bin/service ./cmd/service"),
    expose("8080/tcp"),
    entrypoint(exec("service", "--pages", "/src/web/dist")));

constexpr auto image = graph(app);

int main(int argc, char** argv) { return constage::main(argc, argv, image); }
