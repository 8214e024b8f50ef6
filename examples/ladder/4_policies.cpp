// SPDX-License-Identifier: BSL-1.0
// Step 4: promises that the compiler keeps. Take away a digest, the user or a label, and this program does not compile any more; the
// message names the stage and the text.
#include <constage/dsl.hpp>
using namespace constage;

constexpr auto service = stage<"service">(
    from("docker.io/library/golang:1.22@sha256:2f6d1a0b3f1c5e7d9a8b4c6e0f2d4b6a8c0e2f4a6b8d0c2e4f6a8b0c2d4e6f80"),
    workdir("/src"),
    copy("go.mod", "go.sum", "./"),
    run("go mod download").cache("/go/pkg/mod"),
    copy("cmd", "cmd/"),
    run("CGO_ENABLED=0 go build -o /service ./cmd/service").cache("/go/pkg/mod").network("none"));

constexpr auto app = stage<"app">(
    from(scratch),
    label("org.opencontainers.image.title", "service", "org.opencontainers.image.licenses", "BSL-1.0"),
    copy(from(service), "/service", "/service"),
    user("65534:65534"),
    expose("8080/tcp"),
    entrypoint(exec("/service")));

constexpr auto image = graph(service, app);

static_assert(require<image,
    policy::pinned_bases,
    policy::runs_as_non_root,
    policy::no_secret_in_env,
    policy::allowed_registries<"docker.io", "ghcr.io">,
    policy::labels<"org.opencontainers.image.title", "org.opencontainers.image.licenses">,
    policy::does_not_derive_from<"service">>());
static_assert(strict<image>());  // all of BuildKit's checks that a compiler can do, as errors

int main(int argc, char** argv) { return constage::main(argc, argv, image); }
