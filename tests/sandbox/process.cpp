// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/files/digest.hpp>
#include <constage/sandbox/process.hpp>
#include <constage/sandbox/sealed_copy.hpp>

#include <catch2/catch.hpp>

#include <cerrno>

using namespace constage;

namespace {

/// What a program prints on stdout.
std::string output_of(sandbox::program what) {
    auto [out, out_end] = sandbox::make_pipe();
    what.out = what.err = out_end.get();
    auto const child = sandbox::spawn(what);
    out_end.reset();
    std::string text;
    CHECK(sandbox::watch(child, out.get(), -1, {}, [&](int, std::string_view bytes) { text += bytes; }) == 0);
    return text;
}

}  // namespace

TEST_CASE("a sealed copy of a program is the program, and nobody can change it", "[sandbox]") {
    auto const copy = sandbox::sealed_copy("/bin/sh");
    REQUIRE(copy >= 0);
    CHECK(sandbox::sealed_copy("/bin/sh") == copy);
    auto const path = "/proc/self/fd/" + std::to_string(copy);
    CHECK(files::digest_of_file(path) == files::digest_of_file("/bin/sh"));
    CHECK(::fcntl(copy, F_GET_SEALS) == (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE));
    CHECK((::fcntl(copy, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(::write(copy, "x", 1) == -1);
    CHECK(errno == EPERM);
    CHECK(::ftruncate(copy, 0) == -1);
    CHECK(sandbox::sealed_copy("/no/such/program") == -1);
}

TEST_CASE("a program starts from an open executable, and else from its path", "[sandbox]") {
    sandbox::program what;
    what.argv = {"/no/such/program", "-c", "readlink /proc/$$/exe; echo \"$0\"; ls /proc/$$/fd | tr '\\n' ' '", "name"};
    what.env = {"PATH=/usr/bin:/bin"};
    what.executable = sandbox::sealed_copy("/bin/sh");
    REQUIRE(what.executable >= 0);
    CHECK(output_of(what) == "/memfd:sh (deleted)\nname\n0 1 2 ");
    what.argv.front() = "/bin/sh";
    what.argv[2] = "echo by path";
    what.executable = ::open("/", O_PATH | O_CLOEXEC);  // no program
    CHECK(output_of(what) == "by path\n");
    ::close(what.executable);
}
