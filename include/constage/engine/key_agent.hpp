// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_KEY_AGENT_HPP_INCLUDED
#define CONSTAGE_ENGINE_KEY_AGENT_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <memory>
#include <string>
#include <vector>

/// Keys in files for `--ssh ID=KEY,…` (B015).
namespace constage::engine {

/// OpenSSH's agent with some keys, none of which may need a passphrase. It ends with this object, at the latest with the thread that made
/// it, however that ends.
class key_agent {
public:
    /// Its socket comes to be in `directory`, which must be empty. Throws constage::failure with a hint.
    key_agent(std::vector<std::string> const& keys, std::string const& directory);
    key_agent(key_agent const&) = delete;
    key_agent& operator=(key_agent const&) = delete;
    ~key_agent();

    std::string const& socket() const { return socket_; }

private:
    struct process;
    std::string socket_;
    std::unique_ptr<process> process_;
};

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/key_agent.ipp>
#endif
#endif
