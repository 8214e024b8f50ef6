// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_RELAY_HPP_INCLUDED
#define CONSTAGE_ENGINE_RELAY_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <cstdint>
#include <string>
#include <thread>

/// A socket with an owner and mode of its own in front of another one: how the agent of `--ssh` comes into a RUN (R013).
namespace constage::engine {

class relay {
public:
    /// Listens at `directory`/socket; whoever connects there talks to the socket `to`. Throws constage::failure.
    relay(std::string to, std::string const& directory, std::uint32_t mode, std::uint32_t uid, std::uint32_t gid);
    relay(relay const&) = delete;
    relay& operator=(relay const&) = delete;
    /// Ends all connections.
    ~relay();

    std::string const& path() const { return path_; }

private:
    void run();

    std::string to_, path_;
    int listener_ = -1, wake_ = -1;
    std::thread thread_;
};

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/relay.ipp>
#endif
#endif
