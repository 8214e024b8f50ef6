// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_INPUT_IPP_INCLUDED
#define CONSTAGE_CLI_INPUT_IPP_INCLUDED

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/cli/input.hpp>
#include <constage/failure.hpp>
#include <constage/system_failure.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace constage::cli {

namespace input_detail {

inline constexpr std::size_t most_bytes = 64u << 20;

CONSTAGE_INLINE std::string read_all(int fd, std::string const& name) {
    std::string text;
    char buffer[1 << 16];
    for (;;) {
        auto const n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw system_failure("read", name);
        if (n == 0) return text;
        text.append(buffer, static_cast<std::size_t>(n));
        if (text.size() > most_bytes) throw failure(name + " is larger than 64 MiB");
    }
}

CONSTAGE_INLINE bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        auto const n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

CONSTAGE_INLINE bool exists(std::string const& path) {
    struct stat s {};
    return ::stat(path.c_str(), &s) == 0;
}

}  // namespace input_detail

CONSTAGE_INLINE source_text read_source(std::string const& path) {
    bool const standard = path == "-";
    int const fd = ::open((standard ? standard_input() : path).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        throw failure("failed to read dockerfile: open " + path + ": " + std::strerror(errno))
            .with_hint("name the Dockerfile with -f PATH, or `-f -` for standard input");
    try {
        source_text result{standard ? "<stdin>" : path, input_detail::read_all(fd, standard ? "standard input" : path), std::nullopt};
        if (!standard) result.path = path;
        ::close(fd);
        return result;
    } catch (...) {
        ::close(fd);
        throw;
    }
}

CONSTAGE_INLINE source_text read_dockerfile(std::string const& file, std::string const& context) {
    if (!file.empty()) return read_source(file);
    if (!context.empty() && !input_detail::exists(context))
        throw failure("the build context \"" + context + "\" does not exist")
            .with_hint("give the path of a directory, such as .")
            .as_usage();
    auto const in = context.empty() || context == "." || context == "./" ? "" : context.ends_with('/') ? context : context + "/";
    auto const usual = in + "Dockerfile", other = in + "dockerfile";
    return read_source(!input_detail::exists(usual) && input_detail::exists(other) ? other : usual);
}

CONSTAGE_INLINE std::string const& standard_input() {
    static std::string const path = "/proc/self/fd/0";
    struct stat s {};
    if (::fstat(STDIN_FILENO, &s) == 0 && S_ISREG(s.st_mode)) return path;
    auto const* place = std::getenv("TMPDIR");
    auto const fail = [](char const* what) { throw failure(std::string("cannot ") + what + " standard input: " + std::strerror(errno)); };
    int const file = ::open(place && *place ? place : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) fail("keep");
    std::vector<char> buffer(1 << 16);
    for (;;) {
        auto const n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail("read");
        if (n == 0) break;
        if (!input_detail::write_all(file, {buffer.data(), static_cast<std::size_t>(n)})) fail("keep");
    }
    if (::dup2(file, STDIN_FILENO) < 0) fail("keep");
    ::close(file);
    return path;
}

CONSTAGE_INLINE void print(std::string_view text) {
    if (!input_detail::write_all(STDOUT_FILENO, text))
        throw failure(std::string("cannot write to standard output: ") + std::strerror(errno));
}

CONSTAGE_INLINE void write_whole(std::string const& path, std::string_view text) {
    auto const beside = path + ".tmp" + std::to_string(::getpid());
    int const fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool const written = fd >= 0 && input_detail::write_all(fd, text);
    auto error = errno;
    if (fd >= 0 && ::close(fd) != 0 && written) error = errno;
    if (written && ::rename(beside.c_str(), path.c_str()) == 0) return;
    if (written) error = errno;
    ::unlink(beside.c_str());
    throw system_failure("write", path, error);
}

CONSTAGE_INLINE void complain(std::string_view text) noexcept { input_detail::write_all(STDERR_FILENO, text); }

}  // namespace constage::cli

#endif
