// SPDX-License-Identifier: BSL-1.0
// Every word of the language in one program, as users spell them, and what each becomes in the plan: rows F, R, C, A of the semantics.
#include <constage/dsl.hpp>
#include <constage/dsl/lower.hpp>
#include <constage/export/dockerfile.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace constage;

namespace {

constexpr char run_time[] = "echo known at run time";
constexpr fixed_string version = "3.12";

constexpr auto program() {
    auto const base = stage<"base">(from("debian:12").platform("linux/arm64"), run("true"));
    auto const base_dev = stage<"base-dev">(from(base));
    auto const base_prod = stage<"base-prod">(from(scratch));
    auto const chosen = stage<"chosen">(from(select("base-${V}", base_dev, base_prod)));
    auto const everything = stage<"everything">(
        from(lit<"python:" + version + "-slim">), run("shell text"), run(exec("a", "b")), run(script(R"(
line one
line two
)")),
        run("mounts")
            .cache("/p")
            .cache("/q", {.id = "i", .sharing = "locked", .mode = 0700, .uid = 1, .gid = 2, .readonly = true})
            .bind(from(base), "/src", "/dst")
            .bind("src", "/dst2", {.rw = true})
            .secret("id")
            .secret("other", {.target = "/run/x", .env = "X", .required = true, .mode = 0400, .uid = 3, .gid = 4})
            .ssh()
            .tmpfs("/t", {.size = "64m"})
            .network("none")
            .security("insecure"),
        run(at_runtime(run_time)), copy("a", "b", "/dst/"), copy(from(base), "/src", "/dst"),
        copy(from("nginx:1"), "/etc/nginx", "/etc/nginx"),
        copy(file("name", R"(
inline
)"),
             "/dst"),
        copy("x", "/y").chown("u:g").chmod("0755").link().parents().exclude("*.md"),
        add("https://example.com/x.tar", "/x")
            .checksum("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
            .unpack(true),
        add("https://github.com/x/y.git", "/y").keep_git_dir(), arg("N"), arg("M", "default"), env("K", "V"), label("k", "v"),
        expose("8080/tcp"), volume("/v"), user("u:g"), workdir("/w"), entrypoint(exec("e", "f")), cmd("shell text"),
        healthcheck("probe", {.interval = "5s", .timeout = "3s", .start_period = "1m", .start_interval = "1s", .retries = 4}),
        shell("/bin/bash", "-c"), stopsignal("SIGTERM"), onbuild(run("make")));

    return graph(args(arg("V", "dev")), base, base_dev, base_prod, targets(chosen, everything));
}
constexpr auto constant = program();

}  // namespace

TEST_CASE("every word becomes the instruction that a Dockerfile has for it") {
    auto const made_now = program();
    auto const text = exporter::to_dockerfile(dsl::lower(made_now));
    CHECK(text == exporter::to_dockerfile(dsl::lower(constant)));
    for (std::string const line : {
             "ARG V=dev",
             "FROM --platform=linux/arm64 debian:12 AS base",
             "FROM base AS base-dev",
             "FROM scratch AS base-prod",
             "FROM base-${V} AS chosen",
             "FROM python:3.12-slim AS everything",
             "RUN shell text",
             R"(RUN ["a", "b"])",
             "line one",
             "RUN echo known at run time",
             "COPY a b /dst/",
             "COPY --from=base /src /dst",
             "COPY --from=nginx:1 /etc/nginx /etc/nginx",
             "inline",
             "ARG N",
             "ARG M=default",
             "ENV K=V",
             "LABEL k=v",
             "EXPOSE 8080/tcp",
             "USER u:g",
             "WORKDIR /w",
             R"(ENTRYPOINT ["e", "f"])",
             "CMD shell text",
             R"(SHELL ["/bin/bash", "-c"])",
             "STOPSIGNAL SIGTERM",
             "ONBUILD RUN make",
         }) {
        CAPTURE(line, text);
        CHECK(("\n" + text).find("\n" + line + "\n") != std::string::npos);
    }
    for (std::string const part : {
             "--mount=type=cache,target=/p",
             "sharing=locked",
             "uid=1",
             "type=bind,",
             "from=base",
             "type=secret,id=id",
             "env=X",
             "type=ssh",
             "type=tmpfs,",
             "--network=none",
             "--security=insecure",
             "--chown=u:g",
             "--chmod=0755",
             "--link",
             "--parents",
             "--exclude=*.md",
             "--checksum=sha256:0123",
             "--unpack",
             "--keep-git-dir",
             "--interval=5s",
             "--start-interval=1s",
             "--retries=4",
         }) {
        CAPTURE(part, text);
        CHECK(text.find(part) != std::string::npos);
    }
}
