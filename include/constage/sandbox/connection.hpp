// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_CONNECTION_HPP_INCLUDED
#define CONSTAGE_SANDBOX_CONNECTION_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/sandbox/process.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace constage::sandbox {

/// A network namespace that pasta connects with the outside, but not with this machine's own ports.
class connection {
public:
    /// An address in the container from which pasta forwards DNS to this machine's first resolver.
    static constexpr char const* dns_address = "169.254.1.1";

    /// Starts pasta for a new namespace, in the background; its files go to `directory`. It ends with the calling thread at the latest.
    /// None if pasta or /dev/net/tun is not there.
    static std::unique_ptr<connection> start(std::string const& directory);
    ~connection();

    /// Waits until it can be used; false: pasta gave up.
    bool wait();
    /// What setns() takes.
    int name_space() const { return namespace_.get(); }

private:
    connection() = default;

    descriptor namespace_;
    child pasta_;
    std::string ready_;  ///< the file that says that pasta runs
};

/// Connections for the containers of a build, one after the other: to start pasta costs more than to run a container. At any time a
/// connection belongs to one container only. Thread-safe.
class connection_pool {
public:
    connection_pool();
    ~connection_pool();
    connection_pool(connection_pool const&) = delete;
    connection_pool& operator=(connection_pool const&) = delete;

    /// A connection that is ready; none if there cannot be one.
    std::unique_ptr<connection> take();
    void give_back(std::unique_ptr<connection> used);

private:
    void keep();  ///< the thread that owns the pasta processes

    std::mutex guard_;
    std::condition_variable changed_;
    std::vector<std::unique_ptr<connection>> free_;
    int wanted_ = 0;  ///< connections that the thread shall start
    bool broken_ = false, done_ = false;
    std::thread keeper_;
};

/// True if pasta could make its interface.
bool may_open_tun();

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/connection.ipp>
#endif
#endif
