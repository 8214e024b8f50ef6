// SPDX-License-Identifier: BSL-1.0
// Step 6: several images from one program. What they share is built once.
//
//     ./ladder-6_targets -o type=oci,dest=all.tar          both images
//     ./ladder-6_targets --target debug -t service:debug   one of them
#include <constage/dsl.hpp>
using namespace constage;

constexpr auto service = stage<"service">(
    from("golang:1.22-bookworm"),
    workdir("/src"),
    copy(".", "."),
    arg("FLAGS", "-trimpath"),
    run("CGO_ENABLED=0 go build $FLAGS -o /service ./cmd/service").cache("/root/.cache/go-build"));

constexpr auto base_prod = stage<"base-prod">(from("debian:bookworm-slim"));
constexpr auto base_dev = stage<"base-dev">(from("debian:bookworm"), run("apt-get update && apt-get install -y gdb strace"));

constexpr auto app = stage<"app">(
    from(select("base-${VARIANT}", base_prod, base_dev)),  // --build-arg VARIANT=dev: chosen when it is built, checked now
    copy(from(service), "/service", "/usr/local/bin/"),
    entrypoint(exec("service")));

constexpr auto debug = stage<"debug">(
    from(base_dev),
    copy(from(service), "/service", "/usr/local/bin/"),
    entrypoint(exec("gdb", "--args", "service")));

constexpr auto image = graph(args(arg("VARIANT", "prod")), service, base_prod, base_dev, targets(app, debug));
static_assert(query::has_edge(image, app, base_dev, query::edge::select));

int main(int argc, char** argv) { return constage::main(argc, argv, image); }
