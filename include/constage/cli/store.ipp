// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_STORE_IPP_INCLUDED
#define CONSTAGE_CLI_STORE_IPP_INCLUDED

#include <constage/cli/commands.hpp>
#include <constage/engine/check_store.hpp>
#include <constage/engine/prune.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/engine/store_usage.hpp>
#include <constage/failure.hpp>
#include <constage/report/text.hpp>

#include <algorithm>
#include <ctime>

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

CONSTAGE_INLINE std::string ago(std::int64_t then) {
    auto const seconds = std::max<std::int64_t>(0, std::time(nullptr) - then);
    auto const some = [](std::int64_t n, char const* unit) { return std::to_string(n) + " " + unit + (n == 1 ? "" : "s") + " ago"; };
    if (seconds < 60) return "just now";
    if (seconds < 3600) return some(seconds / 60, "minute");
    if (seconds < 86400) return some(seconds / 3600, "hour");
    return some(seconds / 86400, "day");
}

/// Padded to a column; what is longer keeps one blank.
CONSTAGE_INLINE std::string column(std::string text, std::size_t columns, bool right = false) {
    auto const width = report::width(text);
    auto const blanks = std::string(width < columns ? columns - width : 1, ' ');
    return right ? blanks + text : text + blanks;
}

CONSTAGE_INLINE std::string line_of(engine::stored_step const& s) {
    auto text = column("  [" + s.what.stage + "] " + report::fit(s.what.text, 48), 60);
    text += column(s.here ? report::bytes_text(s.bytes) : "-", 10, true) + "  " + (s.here ? ago(s.used) : "not in the store") + "\n";
    if (!s.log.empty()) text += "      log: " + s.log + "\n";
    return text;
}

}  // namespace store_detail

CONSTAGE_INLINE int list_store(invocation& call) {
    if (auto const code = store_detail::enter(call)) return *code;
    std::string text;
    for (auto const& b : engine::builds_of(store_detail::place(call))) {
        text += (text.empty() ? "" : "\n") + b.context + (b.file.empty() ? "" : ", " + b.file) + ": " + std::to_string(b.steps.size()) +
                (b.steps.size() == 1 ? " step, " : " steps, ") + report::bytes_text(b.bytes()) + ", used " + store_detail::ago(b.used) +
                "\n";
        for (auto const& s : b.steps) text += store_detail::line_of(s);
    }
    print(text.empty() ? "no builds\n" : text);
    return 0;
}

CONSTAGE_INLINE int disk_usage_of_store(invocation& call) {
    using store_detail::column;
    if (auto const code = store_detail::enter(call)) return *code;
    std::string text = column("WHAT", 28) + column("ENTRIES", 10, true) + column("SIZE", 12, true) + column("RECLAIMABLE", 14, true) + "\n";
    engine::usage_row total{"together", 0, 0, 0};
    auto const add = [&](engine::usage_row const& r) {
        text += column(r.what, 28) + column(r.entries == 0 ? "-" : std::to_string(r.entries), 10, true) +
                column(report::bytes_text(r.bytes), 12, true) + column(report::bytes_text(r.reclaimable), 14, true) + "\n";
    };
    for (auto const& r : engine::usage_of(store_detail::place(call))) {
        add(r);
        total.entries += r.entries;
        total.bytes += r.bytes;
        total.reclaimable += r.reclaimable;
    }
    add(total);
    print(text);
    return 0;
}

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
            .with_hint(
                "what ended processes left, the next build removes (one with a RUN); remove what else is named above, and builds make it "
                "again");
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
