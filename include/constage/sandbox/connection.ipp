// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_CONNECTION_IPP_INCLUDED
#define CONSTAGE_SANDBOX_CONNECTION_IPP_INCLUDED

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/sandbox/connection.hpp>
#include <constage/sandbox/private_mounts.hpp>
#include <constage/sandbox/process.hpp>

#include <cstdlib>
#include <sstream>

namespace constage::sandbox {

namespace connection_detail {

CONSTAGE_INLINE program pasta_program(std::string const& pasta, std::string const& ready, std::string const& network) {
    program p;
    p.argv = {pasta, "--foreground", "--quiet", "--config-net", "--no-map-gw", "--runas", "0:0", "--dns-forward", connection::dns_address};
    for (auto const* ports : {"--tcp-ports", "--udp-ports", "--tcp-ns", "--udp-ns"}) p.argv.insert(p.argv.end(), {ports, "none"});
    p.argv.insert(p.argv.end(), {"--pid", ready, "--netns", network});
    return p;
}

}  // namespace connection_detail

CONSTAGE_INLINE bool may_open_tun() { return ::access("/dev/net/tun", R_OK | W_OK) == 0; }

/// pasta gives up the privilege to look into /proc, so it is told the namespace as a file. It starts in this machine's namespace, to which
/// no thread of an ordinary user can return: another thread makes the new one.
CONSTAGE_INLINE std::unique_ptr<connection> connection::start(std::string const& directory) {
    auto const pasta = find_program("pasta");
    if (pasta.empty() || !may_open_tun()) return nullptr;
    std::unique_ptr<connection> result(new connection);
    auto const file = directory + "/network";
    write_new_file(file, "", 0600);
    bool made = false;
    std::thread([&] {
        if (::unshare(CLONE_NEWNET) != 0) return;
        result->namespace_ = descriptor(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
        made = result->namespace_ && ::mount("/proc/thread-self/ns/net", file.c_str(), nullptr, MS_BIND, nullptr) == 0;
    }).join();
    if (!made) return nullptr;
    result->ready_ = directory + "/pasta.pid";
    descriptor const null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    auto p = connection_detail::pasta_program(pasta, result->ready_, file);
    p.out = p.err = null.get();
    try {
        result->pasta_ = spawn(p);
    } catch (failure const&) {  // as if there were none
        return nullptr;
    }
    return result;
}

CONSTAGE_INLINE connection::~connection() {
    if (pasta_.pid <= 0) return;
    pasta_.kill();
    pasta_.wait();
}

CONSTAGE_INLINE bool connection::wait() {
    pollfd ended{pasta_.handle.get(), POLLIN, 0};
    for (int waited = 0; waited < 30000; ++waited) {
        struct stat st {};
        if (::stat(ready_.c_str(), &st) == 0 && st.st_size != 0) return ::poll(&ended, 1, 0) == 0;
        if (::poll(&ended, 1, 1) == 1) return false;
    }
    return false;
}

CONSTAGE_INLINE connection_pool::connection_pool() : keeper_([this] { keep(); }) {}

CONSTAGE_INLINE connection_pool::~connection_pool() {
    {
        std::lock_guard const lock(guard_);
        done_ = true;
    }
    changed_.notify_all();
    keeper_.join();
}

CONSTAGE_INLINE std::unique_ptr<connection> connection_pool::take() {
    std::unique_lock lock(guard_);
    if (free_.empty()) ++wanted_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return broken_ || !free_.empty(); });
    if (free_.empty()) return nullptr;
    auto result = std::move(free_.back());
    free_.pop_back();
    return result;
}

CONSTAGE_INLINE void connection_pool::give_back(std::unique_ptr<connection> used) {
    std::lock_guard const lock(guard_);
    free_.push_back(std::move(used));
    changed_.notify_all();
}

/// pasta ends with the thread that started it. Its files are in a tmpfs that only this thread sees, at a place that pasta does not need.
CONSTAGE_INLINE void connection_pool::keep() {
    blocked_signals const blocked;
    int count = 0;
    std::unique_lock lock(guard_);
    for (;;) {
        changed_.wait(lock, [&] { return done_ || (wanted_ > 0 && !broken_); });
        if (done_) break;
        --wanted_;
        lock.unlock();
        std::unique_ptr<connection> made;
        try {
            if (count == 0) {
                enter_private_mounts();
                mount_or_throw("constage", "/sys", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700", "a tmpfs");
            }
            auto const directory = "/sys/" + std::to_string(count++);
            if (::mkdir(directory.c_str(), 0700) != 0) throw cannot("make " + directory);
            made = connection::start(directory);
            if (made && !made->wait()) made = nullptr;
        } catch (failure const&) {  // then the containers do without
            made = nullptr;
        }
        lock.lock();
        if (made)
            free_.push_back(std::move(made));
        else
            broken_ = true;
        changed_.notify_all();
    }
    free_.clear();
}

}  // namespace constage::sandbox

#endif
