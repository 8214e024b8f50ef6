// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_DESCRIPTOR_IPP_INCLUDED
#define CONSTAGE_SANDBOX_DESCRIPTOR_IPP_INCLUDED

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <constage/sandbox/descriptor.hpp>

#include <cerrno>
#include <climits>
#include <cstring>

namespace constage::sandbox {

CONSTAGE_INLINE void descriptor::reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

CONSTAGE_INLINE std::pair<descriptor, descriptor> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw cannot("make a pipe");
    return {descriptor(ends[0]), descriptor(ends[1])};
}

CONSTAGE_INLINE failure cannot(std::string const& action) { return failure("cannot " + action + ": " + std::strerror(errno)); }

CONSTAGE_INLINE descriptor open_in_root(int root, std::string const& path) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    for (;;) {
        auto const fd = static_cast<int>(::syscall(SYS_openat2, root, path.empty() ? "." : path.c_str(), &how, sizeof how));
        if (fd >= 0 || errno != EAGAIN) return descriptor(fd);  // EAGAIN: something was renamed meanwhile
    }
}

CONSTAGE_INLINE std::string path_of(descriptor const& open) {
    char path[PATH_MAX];
    auto const n = ::readlink(("/proc/self/fd/" + std::to_string(open.get())).c_str(), path, sizeof path);
    if (n < 0) throw cannot("read /proc/self/fd");
    return std::string(path, static_cast<std::size_t>(n));
}

CONSTAGE_INLINE std::string slurp(std::string const& path) {
    descriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    std::string text;
    char buffer[4096];
    for (ssize_t n; file && (n = ::read(file.get(), buffer, sizeof buffer)) > 0 && text.size() < (1u << 20);)
        text.append(buffer, static_cast<std::size_t>(n));
    return text;
}

CONSTAGE_INLINE void write_new_file(std::string const& path, std::string const& content, unsigned mode) {
    descriptor const file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) throw cannot("make " + path);
    for (std::size_t done = 0; done != content.size();) {
        auto const n = ::write(file.get(), content.data() + done, content.size() - done);
        if (n < 0 && errno != EINTR) throw cannot("write " + path);
        if (n > 0) done += static_cast<std::size_t>(n);
    }
    if (::fchmod(file.get(), mode) != 0) throw cannot("set the mode of " + path);
}

}  // namespace constage::sandbox

#endif
