// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_NETWORK_IPP_INCLUDED
#define CONSTAGE_SANDBOX_NETWORK_IPP_INCLUDED

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/sandbox/network.hpp>

#include <cstdlib>
#include <sstream>
#include <thread>

namespace constage::sandbox {

namespace network_detail {

/// An address in the container that pasta forwards DNS from to this machine's first resolver.
inline constexpr char const* dns_address = "169.254.1.1";

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

CONSTAGE_INLINE std::string find_program(std::string const& name) {
    if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0 ? name : "";
    auto const* path = std::getenv("PATH");
    std::istringstream places(std::string(path ? path : "") + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    for (std::string place; std::getline(places, place, ':');) {
        auto const candidate = place + "/" + name;
        struct stat st {};
        if (place.starts_with('/') && ::access(candidate.c_str(), X_OK) == 0 && ::stat(candidate.c_str(), &st) == 0 && S_ISREG(st.st_mode))
            return candidate;
    }
    return "";
}

CONSTAGE_INLINE bool may_open_tun() { return ::access("/dev/net/tun", R_OK | W_OK) == 0; }

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

CONSTAGE_INLINE network::network(std::string const& mode, std::string const& directory) {
    if (mode == "host") return;
    if (mode == "none")
        lo_alone_ = true;
    else if (mode != "default" && !mode.empty())
        throw failure("unknown network \"" + mode + "\"").with_hint("default, none and host are known").as_usage();
    else if (!network_detail::has_routes())
        lo_alone_ = true;
    else if (auto const pasta = find_program("pasta"); !pasta.empty())
        connected_ = connect(pasta, directory);
}

CONSTAGE_INLINE network::~network() {
    if (pasta_.pid <= 0) return;
    pasta_.kill();
    pasta_.wait();
}

/// pasta gives up the privilege to look into /proc, so it is told the namespace as a file. It starts in this machine's namespace, to which
/// no thread of an ordinary user can return: another thread makes the new one.
CONSTAGE_INLINE bool network::connect(std::string const& pasta, std::string const& directory) {
    auto const file = directory + "/network";
    write_new_file(file, "", 0600);
    bool made = false;
    std::thread([&] {
        if (::unshare(CLONE_NEWNET) != 0) return;
        own_ = descriptor(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
        made = own_ && ::mount("/proc/thread-self/ns/net", file.c_str(), nullptr, MS_BIND, nullptr) == 0;
    }).join();
    if (!made) return false;
    ready_ = directory + "/pasta.pid";
    descriptor const log(::open((directory + "/pasta.log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (!log) throw cannot("make a log file");
    program p;
    p.argv = {pasta,         "--foreground", "--quiet",  "--config-net", "--no-map-gw", "--tcp-ports", "none",
              "--udp-ports", "none",         "--tcp-ns", "none",         "--udp-ns",    "none"};
    p.argv.insert(p.argv.end(), {"--runas", "0:0", "--dns-forward", network_detail::dns_address, "--pid", ready_, "--netns", file});
    p.out = p.err = log.get();
    try {
        pasta_ = spawn(p);
    } catch (failure const&) {  // as if there were none
        return false;
    }
    return true;
}

CONSTAGE_INLINE void network::enter() {
    if (!connected_) return;
    for (int waited = 0; waited < 10000; ++waited) {
        struct stat st {};
        if (::stat(ready_.c_str(), &st) == 0 && st.st_size != 0) {
            if (::setns(own_.get(), CLONE_NEWNET) != 0) throw cannot("enter the network namespace");
            return;
        }
        pollfd ended{pasta_.handle.get(), POLLIN, 0};
        if (::poll(&ended, 1, 1) == 1) break;
    }
    connected_ = false;  // it gave up: as if there were none
}

CONSTAGE_INLINE std::string network::resolv_conf() const {
    auto const text = slurp("/etc/resolv.conf");
    if (!connected_ || !only_loopback_servers(text)) return text;
    std::string result;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("nameserver")) result += line + "\n";
    return result + "nameserver " + network_detail::dns_address + "\n";
}

}  // namespace constage::sandbox

#endif
