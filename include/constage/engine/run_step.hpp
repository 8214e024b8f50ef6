// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_RUN_STEP_HPP_INCLUDED
#define CONSTAGE_ENGINE_RUN_STEP_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/bases.hpp>
#include <constage/engine/build.hpp>
#include <constage/engine/key_agent.hpp>
#include <constage/engine/lower.hpp>
#include <constage/engine/relay.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/engine/secret_mask.hpp>
#include <constage/engine/store.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// One RUN: its mounts resolved to directories of this machine, the command in the sandbox, what it changed as a diff.
namespace constage::engine {

class execution;

/// What a RUN changed. `made`/snapshot/fs holds the files until publish() gives them their place in the store.
struct run_result {
    files::diff changes;
    store::temporary made;

    void publish(store& where, std::string const& change_digest) const;
};

struct run_step {
    execution& all;
    lowering const& what;
    options const& how;
    store& where;
    base_set& bases;
    task const& t;

    /// Throws constage::failure with exit code and the last lines that the command printed.
    run_result run(std::function<files::tree()> const& context, std::function<void(int, std::string_view)> const& output);

    // What run() fills in.
    sandbox_request request{};
    secret_mask mask{};
    std::vector<file_lock> locks{};  ///< of cache mounts
    std::vector<store::temporary> temporaries{};
    std::vector<std::unique_ptr<key_agent>> agents{};  ///< for keys of --ssh
    std::vector<std::unique_ptr<relay>> relays{};      ///< to the agents of --ssh
    void add_mount(lowered_mount const& m, std::function<files::tree()> const& context);
    void add_bind(lowered_mount const& m, std::function<files::tree()> const& context);
    struct cache {
        std::string from;   ///< the result that its first content is of; empty: none
        files::node top;    ///< mode and owner of the directory
        std::string place;  ///< in the store
        bool fresh;         ///< for this RUN only
    };
    cache cache_of(lowered_mount const& m) const;
    void lock_caches();
    void add_cache(lowered_mount const& m);
    void add_secret(lowered_mount const& m);
    void add_ssh(lowered_mount const& m, std::size_t number);
};

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/run_step.ipp>
#endif
#endif
