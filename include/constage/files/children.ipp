// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_CHILDREN_IPP_INCLUDED
#define CONSTAGE_FILES_CHILDREN_IPP_INCLUDED

#include <constage/files/children.hpp>

#include <algorithm>
#include <atomic>

namespace constage::files {

namespace children_detail {

/// Short enough that moving half of a run costs no more than looking for its place, long enough that the list of runs, which moves with
/// each new one, stays short too: that of a million entries in the worst order does.
constexpr std::size_t longest_run(std::size_t runs) { return runs < 1024 ? 64 : 256; }

inline constexpr auto by_name = [](children::value_type const& entry, std::string_view name) { return entry.first < name; };

}  // namespace children_detail

CONSTAGE_INLINE std::size_t children::size() const {
    std::size_t sum = 0;
    for (auto const& r : runs_) sum += r->size();
    return sum;
}

/// The only run that may hold the name; none if there are no runs.
CONSTAGE_INLINE children::runs::const_iterator children::run_of(std::string_view name) const {
    auto const after =
        std::partition_point(runs_.begin(), runs_.end(), [&](std::shared_ptr<run> const& r) { return r->front().first <= name; });
    return after == runs_.begin() ? after : after - 1;
}

CONSTAGE_INLINE children::run& children::own(std::shared_ptr<run>& r) {
    if (r.use_count() != 1)
        r = std::make_shared<run>(*r);
    else
        std::atomic_thread_fence(std::memory_order_acquire);  // whoever read it before has gone for good
    return *r;
}

CONSTAGE_INLINE node_ptr const* children::find(std::string_view name) const {
    auto const r = run_of(name);
    if (r == runs_.end()) return nullptr;
    auto const at = std::lower_bound((*r)->begin(), (*r)->end(), name, children_detail::by_name);
    return at == (*r)->end() || at->first != name ? nullptr : &at->second;
}

CONSTAGE_INLINE void children::put(std::string name, node_ptr what) {
    auto const longest_run = children_detail::longest_run(runs_.size());
    bool const last = runs_.empty() || runs_.back()->back().first < name;
    if (last && (runs_.empty() || runs_.back()->size() >= longest_run)) {
        auto made = std::make_shared<run>();
        if (!runs_.empty()) made->reserve(longest_run);
        made->emplace_back(std::move(name), std::move(what));
        runs_.push_back(std::move(made));
        return;
    }
    auto const r = last ? runs_.end() - 1 : runs_.begin() + (run_of(name) - runs_.begin());
    auto& entries = own(*r);
    if (last) {
        entries.emplace_back(std::move(name), std::move(what));
        return;
    }
    auto const at = std::lower_bound(entries.begin(), entries.end(), std::string_view(name), children_detail::by_name);
    if (at != entries.end() && at->first == name) {
        at->second = std::move(what);
        return;
    }
    entries.emplace(at, std::move(name), std::move(what));
    if (entries.size() <= longest_run) return;
    auto const middle = entries.begin() + static_cast<std::ptrdiff_t>(entries.size() / 2);
    auto upper = std::make_shared<run>(std::move_iterator(middle), std::move_iterator(entries.end()));
    entries.erase(middle, entries.end());
    runs_.insert(r + 1, std::move(upper));
}

CONSTAGE_INLINE void children::erase(std::string_view name) {
    if (!find(name)) return;
    auto const r = runs_.begin() + (run_of(name) - runs_.begin());
    auto& entries = own(*r);
    entries.erase(std::lower_bound(entries.begin(), entries.end(), name, children_detail::by_name));
    if (entries.empty()) runs_.erase(r);
}

}  // namespace constage::files

#endif
