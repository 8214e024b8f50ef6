// SPDX-License-Identifier: BSL-1.0
// Files that nobody would write: the answer is a plan or a failure, and what it costs grows no faster than the file.
#include <constage/dockerfile/ast.hpp>
#include <constage/dockerfile/lint.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/dockerfile/read.hpp>
#include <constage/failure.hpp>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <new>

using namespace constage;

namespace {

std::size_t allocated_bytes = 0;

}  // namespace

void* operator new(std::size_t size) {
    allocated_bytes += size;
    if (void* p = std::malloc(size)) return p;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, std::nothrow_t const&) noexcept {
    allocated_bytes += size;
    return std::malloc(size);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace {

struct cost {
    double seconds = 1e9;  ///< of CPU, the least so far
    std::size_t bytes = 0;
};

template <class Work>
void measure(cost& c, Work const& work, std::string const& text) {
    auto const begin = std::clock();
    auto const before = allocated_bytes;
    try {
        work(text);
    } catch (failure const& f) { CHECK(!std::string(f.what()).empty()); }
    c.seconds = std::min(c.seconds, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    c.bytes = allocated_bytes - before;
}

std::string times(std::size_t n, std::string const& text) {
    std::string result;
    result.reserve(n * text.size());
    while (n-- != 0) result += text;
    return result;
}

std::string numbered(std::size_t n, std::function<std::string(std::string const&)> const& line) {
    std::string result;
    for (std::size_t i = 0; i != n; ++i) result += line(std::to_string(i));
    return result;
}

struct shape {
    char const* name;
    std::function<std::string(std::size_t)> text;  ///< grows with n as n does
};

std::vector<shape> const& shapes() {
    using std::string;
    using n_t = std::size_t;
    static std::vector<shape> const list = {
        {"instructions", [](n_t n) { return "FROM a\n" + times(n, "RUN x\n"); }},
        {"instructions of one letter", [](n_t n) { return times(n, "F\n"); }},
        {"lines of 64 KiB", [](n_t n) { return "FROM a\n" + times(n / 2000 + 1, "LABEL a=" + string(65000, 'x') + "\n"); }},
        {"one instruction of many lines", [](n_t n) { return "FROM a\nRUN x" + times(n, " \\\n y"); }},
        {"one instruction that never ends", [](n_t n) { return "FROM a\nRUN " + times(n, "\\\n\n#\n"); }},
        {"escapes", [](n_t n) { return "FROM a\nENV a=" + times(n, "\\\\\\\\\\\n"); }},
        {"comments", [](n_t n) { return times(n, "# c\n") + "FROM a\n"; }},
        {"blanks", [](n_t n) { return times(n, " \t\xe3\x80\x80\n") + "FROM a\n"; }},
        {"NUL", [](n_t n) { return "FROM a\nRUN " + times(n, string(3, '\0') + "\\\n"); }},
        {"no text at all", [](n_t n) { return times(n, string("\0\xff\xfe\x80", 4)); }},
        {"nested ${", [](n_t n) { return "FROM a\nWORKDIR " + times(n, "${a:-\\\n") + times(n, "}\\\n"); }},
        {"nested ${ beside a heredoc", [](n_t n) { return "FROM a\nRUN <<E " + times(n, "${a:-\\\n") + "\nE\n"; }},
        {"variables beside each other", [](n_t n) { return "FROM a\nWORKDIR /" + times(n, "$a${b}\\\n"); }},
        {"nested JSON", [](n_t n) { return "FROM a\nCMD " + times(n, "[\\\n") + times(n, "]\\\n"); }},
        {"JSON without end", [](n_t n) { return "FROM a\nCMD [" + times(n, "\"a\",\\\n"); }},
        {"JSON words", [](n_t n) { return "FROM a\nCMD [" + times(n, "\"\\u00e4\", \\\n") + "\"\"]"; }},
        {"quotes", [](n_t n) { return "FROM a\nENV a=" + times(n, "\"'\\\n"); }},
        {"pairs", [](n_t n) { return "FROM a\nENV" + numbered(n, [](string const& i) { return " a" + i + "=1 \\\n"; }); }},
        {"arguments", [](n_t n) { return "ARG a" + numbered(n, [](string const& i) { return " b" + i + "=1 \\\n"; }) + "\nFROM a"; }},
        {"ports", [](n_t n) { return "FROM a\nEXPOSE" + times(n, " 80 \\\n"); }},
        {"sources", [](n_t n) { return "FROM a\nCOPY" + times(n, " a \\\n") + " /b/"; }},
        {"flags", [](n_t n) { return "FROM a\nCOPY" + times(n, " --exclude=a \\\n") + " a /b/"; }},
        {"mounts", [](n_t n) { return "FROM a\nRUN" + times(n, " --mount=target=/a \\\n") + " a"; }},
        {"a mount of many options", [](n_t n) { return "FROM a\nRUN --mount=target=/a" + times(n, ",id=b\\\n") + " a"; }},
        {"ONBUILD ONBUILD", [](n_t n) { return "FROM a\n" + times(n, "ONBUILD \\\n") + "RUN a"; }},
        {"triggers", [](n_t n) { return "FROM a\n" + times(n, "ONBUILD RUN a\n"); }},
        {"heredocs of one line", [](n_t n) { return "FROM a\nRUN a" + times(n, " <<E\\\n") + "\n" + times(n, "x\nE\n"); }},
        {"a heredoc of many lines", [](n_t n) { return "FROM a\nRUN <<-E\n" + times(n, "\t$x\n") + "E\n"; }},
        {"heredocs to files",
         [](n_t n) {
             return "FROM a\nCOPY" + numbered(n, [](string const& i) { return " <<e" + i + "\\\n"; }) + " /b/\n" +
                    numbered(n, [](string const& i) { return "e" + i + "\n"; });
         }},
        {"directives", [](n_t n) { return times(n, "# check=skip=all\n") + "FROM a\n"; }},
        {"controls", [](n_t n) { return "# check=skip=A" + times(std::min<n_t>(n, 20000), ",B") + "\nFROM a\n" + times(n, "RUN x\n"); }},
        {"stages", [](n_t n) { return times(n, "FROM a\n"); }},
        {"stages of one name", [](n_t n) { return times(n, "FROM a AS a\n"); }},
        {"a chain of stages",
         [](n_t n) {
             return "FROM a AS s0\n" + numbered(n, [](string const& i) {
                        return "FROM s" + i + " AS s" + std::to_string(std::stoul(i) + 1) + "\nCOPY --from=" + i + " a b\n";
                    });
         }},
        {"a chain of stages with variables",
         [](n_t n) {
             return "FROM a AS s0\n" + numbered(n, [](string const& i) {
                        return "FROM s" + i + " AS s" + std::to_string(std::stoul(i) + 1) + "\nENV v" + i + "=1\n";
                    });
         }},
        {"variables that do not exist",
         [](n_t n) { return "FROM a\n" + numbered(n, [](string const& i) { return "ENV v" + i + "=$w" + i + "\n"; }); }},
        {"stages that may be any other",
         [](n_t n) { return "ARG a=a\n" + numbered(n, [](string const& i) { return "FROM x$a AS x" + i + "\n"; }); }},
        {"unknown instructions", [](n_t n) { return "FROM a\n" + times(n, "RUNN a\n"); }},
    };
    return list;
}

/// From n to 8 n: 8 times as much is linear. Sorting, maps and caches that no longer hold everything cost something; a square would be 64.
template <class Work>
void grows_as_its_file(Work const& work) {
    constexpr std::size_t n = 4000;
    constexpr double most = 30;
    for (auto const& s : shapes()) {
        auto const small = s.text(n), large = s.text(8 * n);
        cost one, eight;
        for (int attempt = 0; attempt != 10; ++attempt) {  // a busy machine disturbs one measurement, but not all
            measure(one, work, small);
            measure(eight, work, large);
            if (eight.seconds <= most * one.seconds) break;
        }
        INFO(s.name << ": " << one.seconds << " s, " << one.bytes << " bytes; of eight times as much: " << eight.seconds << " s, "
                    << eight.bytes << " bytes");
        CHECK(eight.bytes <= 12 * one.bytes + (1 << 20));
        CHECK(eight.seconds <= most * one.seconds + 0.02);
    }
}

}  // namespace

TEST_CASE("hostile files: parsing", "[hostile]") {
    grows_as_its_file([](std::string const& text) { dockerfile::parse(text); });
}

TEST_CASE("hostile files: plans", "[hostile]") {
    grows_as_its_file([](std::string const& text) { dockerfile::read(text); });
}

TEST_CASE("hostile files: checks", "[hostile]") {
    grows_as_its_file([](std::string const& text) { dockerfile::lint(dockerfile::parse(text)); });
}

TEST_CASE("hostile files: a million instructions, 10 MB, lines of the greatest length", "[hostile]") {
    CHECK(dockerfile::read("FROM a\n" + times(1'000'000, "RUN x\n")).stages[0].steps.size() == 1'000'000);
    CHECK(dockerfile::read("FROM a\nRUN " + times(5'000'000, "x\\\n")).stages[0].steps.size() == 1);
    CHECK_THROWS_AS(dockerfile::read(std::string(10'000'000, 'x')), failure);
    CHECK_THROWS_AS(dockerfile::read(std::string(10'000'000, '\n')), failure);
    CHECK_THROWS_AS(dockerfile::read(std::string(10'000'000, '\0')), failure);
    std::string const name = "FROM a\nENV a=";
    CHECK_NOTHROW(dockerfile::read(name + std::string(65535 - 6, 'x')));
    CHECK_THROWS_WITH(dockerfile::read(name + std::string(65535 - 5, 'x')), "dockerfile line greater than max allowed size of 65535");
    CHECK(dockerfile::read("FROM a\nRUN a" + std::string(1, '\0') + "b\n").stages[0].steps.size() == 1);
    CHECK(dockerfile::read("FROM a\nCMD [1]" + std::string(1, '\0') + "\n").stages[0].steps.size() == 1);  // no JSON
    CHECK_THROWS_AS(dockerfile::read("FROM a\nCMD " + times(1'000'000, "[\\\n") + times(1'000'000, "]\\\n")), failure);
}
