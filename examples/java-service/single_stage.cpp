// SPDX-License-Identifier: BSL-1.0
// How it is done without stages: the image holds Maven, the compiler and the source. Dockerfile.single says the same.
#include <constage/dsl.hpp>
using namespace constage;

constexpr auto service = stage<"service">(
    from("maven:3.6.3-jdk-11-slim"),
    workdir("/app"),
    copy("src", "/app/src"),
    copy("pom.xml", "/app"),
    run("mvn -f /app/pom.xml clean package"),
    entrypoint(exec("java", "-jar", "target/service-1.0.jar")));

constexpr auto app = graph(service);

int main(int argc, char** argv) { return constage::main(argc, argv, app); }
