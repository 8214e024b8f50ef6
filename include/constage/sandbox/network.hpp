// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_NETWORK_HPP_INCLUDED
#define CONSTAGE_SANDBOX_NETWORK_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/sandbox/connection.hpp>

#include <memory>
#include <string>

namespace constage::engine {
struct sandbox_request;
}

namespace constage::sandbox {

/// The network of one container: `none` is a namespace with lo alone, `host` is this machine's. `default` is a namespace of its own that
/// pasta connects with the outside; without pasta or /dev/net/tun it is this machine's network, and lo alone if this machine has no
/// network either.
class network {
public:
    /// Afterwards, what the calling thread starts is in it. The connection comes from `pool`, or is made for this container alone, with
    /// files in `directory`. Throws constage::failure for an unknown mode.
    network(engine::sandbox_request const& what, std::shared_ptr<connection_pool> pool, std::string const& directory);
    ~network();
    network(network const&) = delete;
    network& operator=(network const&) = delete;

    bool runtime_makes_it() const { return lo_alone_; }                  ///< the runtime shall make a namespace with lo alone
    bool is_own() const { return lo_alone_ || connection_ != nullptr; }  ///< not this machine's
    /// /etc/resolv.conf for the container, made from this machine's.
    std::string resolv_conf() const;

private:
    bool lo_alone_ = false, reusable_ = false;
    std::shared_ptr<connection_pool> pool_;
    std::unique_ptr<connection> connection_;
};

/// True if `resolv_conf` names only servers on this machine's loopback interface, which a container cannot reach.
bool only_loopback_servers(std::string const& resolv_conf);

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/network.ipp>
#endif
#endif
