// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_NETWORK_HPP_INCLUDED
#define CONSTAGE_SANDBOX_NETWORK_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/sandbox/process.hpp>

#include <string>

namespace constage::sandbox {

/// The network of one container: `none` is a namespace with lo alone, `host` is this machine's. `default` is a namespace of its own that
/// pasta connects with the outside (but not with this machine's own ports); without pasta or /dev/net/tun it is this machine's network, and
/// lo alone if this machine has no network either.
class network {
public:
    /// Starts what the mode needs, in the background; `directory` is for its files. Called by the thread that will start the container.
    network(std::string const& mode, std::string const& directory);
    ~network();
    network(network const&) = delete;
    network& operator=(network const&) = delete;

    /// Waits until the network is there. From then on what the calling thread starts is in it.
    void enter();

    bool runtime_makes_it() const { return lo_alone_; }      ///< the runtime shall make a namespace with lo alone
    bool is_own() const { return lo_alone_ || connected_; }  ///< not this machine's
    /// /etc/resolv.conf for the container, made from this machine's.
    std::string resolv_conf() const;

private:
    bool connect(std::string const& pasta, std::string const& directory);

    bool lo_alone_ = false, connected_ = false;
    descriptor own_;  ///< the new namespace
    child pasta_;
    std::string ready_;  ///< the file that says that pasta runs
};

/// An executable by its name (looked up in PATH and the usual places) or path; empty if there is none.
std::string find_program(std::string const& name);

/// True if pasta could make its interface.
bool may_open_tun();

/// True if `resolv_conf` names only servers on this machine's loopback interface, which a container cannot reach.
bool only_loopback_servers(std::string const& resolv_conf);

}  // namespace constage::sandbox

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/sandbox/network.ipp>
#endif
#endif
