// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_PORTS_IPP_INCLUDED
#define CONSTAGE_PLAN_PORTS_IPP_INCLUDED

#include <arpa/inet.h>

#include <constage/failure.hpp>
#include <constage/plan/ports.hpp>

#include <charconv>
#include <utility>

namespace constage::plan {

namespace ports_detail {

CONSTAGE_INLINE failure bad_port(std::string const& word, std::string const& why) {
    return failure("invalid port: \"" + word + "\": " + why).with_hint("write PORT, PORT-PORT or PORT/tcp, udp or sctp");
}

/// "80" or "80-82".
CONSTAGE_INLINE std::pair<unsigned, unsigned> range(std::string const& text, std::string const& word) {
    auto const one = [&](std::string_view part) {
        unsigned value = 0;
        auto const [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (part.empty() || error != std::errc() || end != part.data() + part.size() || value > 65535)
            throw bad_port(word, "invalid port number \"" + std::string(part) + "\"");
        return value;
    };
    auto const dash = text.find('-');
    auto const first = one(std::string_view(text).substr(0, dash));
    auto const last = dash == std::string::npos ? first : one(std::string_view(text).substr(dash + 1));
    if (last < first) throw bad_port(word, "the range ends before it begins");
    return {first, last};
}

CONSTAGE_INLINE void check_address(std::string ip, std::string const& word) {
    if (ip.size() > 1 && ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
    unsigned char buffer[sizeof(in6_addr)];
    if (!ip.empty() && inet_pton(AF_INET, ip.c_str(), buffer) != 1 && inet_pton(AF_INET6, ip.c_str(), buffer) != 1)
        throw bad_port(word, "invalid IP address \"" + ip + "\"");
}

}  // namespace ports_detail

CONSTAGE_INLINE std::vector<std::string> parse_ports(std::vector<std::string> const& words) {
    using namespace ports_detail;
    std::vector<std::string> result;
    for (auto const& word : words) {
        auto rest = word;
        std::string protocol = "tcp";
        if (auto const slash = rest.rfind('/'); slash != std::string::npos) {
            protocol = rest.substr(slash + 1);
            rest.resize(slash);
            for (char& c : protocol)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
            if (protocol.empty()) protocol = "tcp";
        }
        if (protocol != "tcp" && protocol != "udp" && protocol != "sctp") throw bad_port(word, "invalid protocol \"" + protocol + "\"");
        auto const colon = rest.rfind(':');
        auto const container = rest.substr(colon == std::string::npos ? 0 : colon + 1);
        if (container.empty()) throw bad_port(word, "no port specified");
        auto const [first, last] = range(container, word);
        if (colon != std::string::npos) {
            auto const before = rest.substr(0, colon);
            auto const host = before.rfind(':');
            auto const host_port = before.substr(host == std::string::npos ? 0 : host + 1);
            if (host != std::string::npos) check_address(before.substr(0, host), word);
            if (!host_port.empty()) {
                auto const [begin, end] = range(host_port, word);
                if (end - begin != last - first && first != last) throw bad_port(word, "the ranges of host and container differ in length");
            }
        }
        for (auto port = first; port <= last; ++port) result.push_back(std::to_string(port) + "/" + protocol);
    }
    return result;
}

}  // namespace constage::plan

#endif
