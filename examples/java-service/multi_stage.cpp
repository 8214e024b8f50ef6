// SPDX-License-Identifier: BSL-1.0
// The classic: Maven builds the jar, the image gets a Java runtime and the jar. Dockerfile says the same.
#include <constage/dsl.hpp>
using namespace constage;

constexpr auto build = stage<"build">(
    from("maven:3.6.3-jdk-11-slim"),
    env("MAVEN_OPTS", "-XX:TieredStopAtLevel=1"),  // a JVM of seconds: its optimizing compiler would cost more than it gains
    workdir("/app"),
    copy("src", "/app/src"),
    copy("pom.xml", "/app"),
    run("mvn -f /app/pom.xml clean package").cache("/root/.m2"));

constexpr auto runtime = stage<"runtime">(
    from("openjdk:11-jre-slim"),
    run("useradd --system app"),  // needs no jar, so it need not wait for Maven
    copy(from(build), "/app/target/*.jar", "/app/app.jar"),
    workdir("/app"),
    user("app"),
    entrypoint(exec("java", "-jar", "app.jar")));

constexpr auto app = graph(build, runtime);
static_assert(!policy::derives_from(app, build));  // nothing of Maven and no source, whatever the build stage does
static_assert(policy::derives_from(app, runtime));

int main(int argc, char** argv) { return constage::main(argc, argv, app); }
