// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_STEP_LOG_IPP_INCLUDED
#define CONSTAGE_ENGINE_STEP_LOG_IPP_INCLUDED

#include <fcntl.h>
#include <unistd.h>

#include <constage/engine/step_log.hpp>
#include <constage/system_failure.hpp>

#include <cerrno>
#include <cstdio>

namespace constage::engine {

CONSTAGE_INLINE std::string log_of(store const& where, std::string const& key) { return where.path("logs", key); }

CONSTAGE_INLINE step_log::~step_log() {
    if (fd_ >= 0) ::close(fd_);
}

CONSTAGE_INLINE void step_log::write(std::string_view bytes) {
    if (!made_) made_.emplace(where_.make_temporary());
    auto const path = made_->path() + "/log";
    if (fd_ < 0) fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd_ < 0) throw system_failure("write", path);
    while (!bytes.empty()) {
        auto const n = ::write(fd_, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw system_failure("write", path);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

CONSTAGE_INLINE std::string step_log::keep() {
    auto const place = log_of(where_, key_);
    if (fd_ < 0) {
        ::unlink(place.c_str());
        return "";
    }
    auto const path = made_->path() + "/log";
    if (::rename(path.c_str(), place.c_str()) != 0) throw system_failure("write", place);
    return place;
}

}  // namespace constage::engine

#endif
