// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_FAILED_RUN_HPP_INCLUDED
#define CONSTAGE_ENGINE_FAILED_RUN_HPP_INCLUDED

#include <constage/engine/key_agent.hpp>
#include <constage/engine/relay.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/engine/store.hpp>

#include <memory>
#include <string>
#include <vector>

namespace constage::engine {

/// A RUN that did not succeed, as long as all that it had is there: run_in_sandbox(request, host, …) runs something else in its place, in
/// the files that it left, with its mounts and environment.
struct failed_run {
    std::string text;  ///< of the instruction
    sandbox_request request;
    sandbox_host host;

    // Gone with it: its files, the ways to its ssh agents, the locks of its cache mounts.
    store::temporary made;
    std::vector<store::temporary> temporaries;
    std::vector<std::unique_ptr<key_agent>> agents;
    std::vector<std::unique_ptr<relay>> relays;
    std::vector<file_lock> locks;
};

}  // namespace constage::engine

#endif
