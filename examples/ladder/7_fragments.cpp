// SPDX-License-Identifier: BSL-1.0
// Step 7: what several builds share is a header: instructions from functions, rules from templates.
#include "fragments.hpp"
using namespace constage;

constexpr auto service = stage<"service">(
    from("debian:bookworm"),
    team::apt<"golang", "git">(),
    workdir("/src"),
    copy(".", "."),
    run("go build -o /service ./cmd/service"));

constexpr auto app = stage<"app">(
    from("debian:bookworm-slim"),
    team::apt<"ca-certificates", "curl">(),
    copy(from(service), "/service", "/usr/local/bin/"),
    team::service_defaults(),
    entrypoint(exec("service")));

constexpr auto image = graph(service, app);
static_assert(team::house_rules<image>());

int main(int argc, char** argv) { return constage::main(argc, argv, image); }
