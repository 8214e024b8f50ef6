// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_STORE_IPP_INCLUDED
#define CONSTAGE_CLI_STORE_IPP_INCLUDED

#include <constage/cli/commands.hpp>
#include <constage/engine/check_store.hpp>
#include <constage/engine/prune.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>
#include <constage/report/text.hpp>

namespace constage::cli {

namespace store_detail {

CONSTAGE_INLINE std::string place(invocation const& call) {
    return call.args.build.store.empty() ? engine::default_store() : call.args.build.store;
}

/// Cached files of rootless builds belong to subordinate users. Without a user namespace what can be done is done.
CONSTAGE_INLINE std::optional<int> enter(invocation const& call) {
    try {
        return engine::enter_user_namespace(call.argc, call.argv);
    } catch (failure const&) { return std::nullopt; }
}

}  // namespace store_detail

CONSTAGE_INLINE int check_store(invocation& call) {
    if (auto const code = store_detail::enter(call)) return *code;
    auto const place = store_detail::place(call);
    auto const health = engine::check_store(place);
    std::string text;
    for (auto const& p : health.problems) text += p.path + ": " + p.what + "\n";
    print(text);
    if (!health.problems.empty())
        throw failure("the store " + place + " is not sound: " + std::to_string(health.problems.size()) +
                      (health.problems.size() == 1 ? " problem" : " problems"))
            .with_hint("what ended processes left, the next build removes; remove what else is named above, and builds make it again");
    print("the store is sound: " + std::to_string(health.entries) + " entries\n");
    return 0;
}

CONSTAGE_INLINE int prune(invocation& call) {
    if (auto const code = store_detail::enter(call)) return *code;
    auto const done = engine::prune(store_detail::place(call), call.args.prune);
    print("removed " + std::to_string(done.removed) + (done.removed == 1 ? " entry" : " entries") + ", reclaimed " +
          report::bytes_text(done.reclaimed) + ", kept " + report::bytes_text(done.kept) + "\n");
    return 0;
}

}  // namespace constage::cli

#endif
