// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_SEALED_COPY_IPP_INCLUDED
#define CONSTAGE_SANDBOX_SEALED_COPY_IPP_INCLUDED

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/sandbox/descriptor.hpp>
#include <constage/sandbox/sealed_copy.hpp>

#include <cerrno>
#include <map>
#include <mutex>

namespace constage::sandbox {

namespace sealed_copy_detail {

inline constexpr unsigned may_be_executed = 0x10;  // MFD_EXEC, since Linux 6.3; until then all may

CONSTAGE_INLINE descriptor make(std::string const& path) {
    descriptor const from(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat st {};
    if (!from || ::fstat(from.get(), &st) != 0) return {};
    auto const name = path.substr(path.rfind('/') + 1);
    descriptor copy(::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING | may_be_executed));
    if (!copy && errno == EINVAL) copy = descriptor(::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!copy) return {};
    for (auto left = st.st_size; left > 0;) {
        auto const n = ::sendfile(copy.get(), from.get(), nullptr, static_cast<std::size_t>(left));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return {};
        left -= n;
    }
    // Exactly these are what crun looks for.
    if (::fcntl(copy.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) return {};
    return copy;
}

}  // namespace sealed_copy_detail

CONSTAGE_INLINE int sealed_copy(std::string const& path) {
    static std::mutex guard;
    static std::map<std::string, descriptor> made;
    std::lock_guard const hold(guard);
    auto const at = made.find(path);
    return (at != made.end() ? at : made.emplace(path, sealed_copy_detail::make(path)).first)->second.get();
}

}  // namespace constage::sandbox

#endif
