// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_NETWORK_IPP_INCLUDED
#define CONSTAGE_SANDBOX_NETWORK_IPP_INCLUDED

#include <sched.h>

#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>
#include <constage/sandbox/network.hpp>

#include <sstream>

namespace constage::sandbox {

namespace network_detail {

/// Any route but those of lo and of link-local and multicast IPv6.
CONSTAGE_INLINE bool has_routes() {
    std::istringstream v4(slurp("/proc/thread-self/net/route"));
    std::string line;
    std::getline(v4, line);  // the heading
    while (std::getline(v4, line))
        if (!line.empty() && !line.starts_with("lo\t")) return true;
    std::istringstream v6(slurp("/proc/thread-self/net/ipv6_route"));
    while (std::getline(v6, line))
        if (!line.ends_with(" lo") && !line.starts_with("fe80") && !line.starts_with("ff00")) return true;
    return false;
}

}  // namespace network_detail

CONSTAGE_INLINE bool only_loopback_servers(std::string const& resolv_conf) {
    std::istringstream lines(resolv_conf);
    bool some = false;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string key, server;
        if (!(words >> key >> server) || key != "nameserver") continue;
        if (!server.starts_with("127.") && server != "::1") return false;
        some = true;
    }
    return some;
}

CONSTAGE_INLINE network::network(engine::sandbox_request const& what, std::shared_ptr<connection_pool> pool, std::string const& directory)
    : reusable_(!what.insecure), pool_(std::move(pool)) {
    auto const& mode = what.network;
    if (mode == "host") return;
    lo_alone_ = mode == "none";
    if (lo_alone_) return;
    if (mode != "default" && !mode.empty())
        throw failure("unknown network \"" + mode + "\"").with_hint("default, none and host are known").as_usage();
    lo_alone_ = !network_detail::has_routes();
    if (lo_alone_) return;
    connection_ = pool_ ? pool_->take() : connection::start(directory);
    if (connection_ && !pool_ && !connection_->wait()) connection_ = nullptr;
    if (connection_ && ::setns(connection_->name_space(), CLONE_NEWNET) != 0) throw cannot("enter the network namespace");
}

/// A container that was allowed to change its network may have done so.
CONSTAGE_INLINE network::~network() {
    if (connection_ && pool_ && reusable_) pool_->give_back(std::move(connection_));
}

CONSTAGE_INLINE std::string network::resolv_conf() const {
    auto const text = slurp("/etc/resolv.conf");
    if (!connection_ || !only_loopback_servers(text)) return text;
    std::string result;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("nameserver")) result += line + "\n";
    return result + "nameserver " + connection::dns_address + "\n";
}

}  // namespace constage::sandbox

#endif
