// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_CHILDREN_HPP_INCLUDED
#define CONSTAGE_FILES_CHILDREN_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace constage::files {

struct node;
using node_ptr = std::shared_ptr<node const>;

/// The entries of a directory by name, in byte order. They lie in runs, which copies share until one of them changes something in a run:
/// every step of a build has a copy of each directory that it changes, and of most of their entries nothing else is ever needed.
class children {
public:
    using value_type = std::pair<std::string, node_ptr>;
    class iterator;

    bool empty() const { return runs_.empty(); }
    std::size_t size() const;
    iterator begin() const;
    iterator end() const;

    /// None: there is no such entry. Valid until something changes.
    node_ptr const* find(std::string_view name) const;
    /// Adds or replaces. In order of the names it takes constant time.
    void put(std::string name, node_ptr what);
    void erase(std::string_view name);
    void clear() { runs_.clear(); }

private:
    using run = std::vector<value_type>;  // never empty
    using runs = std::vector<std::shared_ptr<run>>;

    runs::const_iterator run_of(std::string_view name) const;
    static run& own(std::shared_ptr<run>& r);

    runs runs_;
};

class children::iterator {
public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = children::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = value_type const*;
    using reference = value_type const&;

    iterator() = default;
    reference operator*() const { return *at_; }
    pointer operator->() const { return at_; }
    iterator& operator++() {
        if (++at_ == (*run_)->data() + (*run_)->size()) enter(run_ + 1);
        return *this;
    }
    iterator operator++(int) {
        auto const before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(iterator const& a, iterator const& b) { return a.at_ == b.at_; }

private:
    friend children;
    iterator(std::shared_ptr<run> const* begin, std::shared_ptr<run> const* end) : end_(end) { enter(begin); }
    void enter(std::shared_ptr<run> const* next) {
        run_ = next;
        at_ = run_ == end_ ? nullptr : (*run_)->data();
    }

    std::shared_ptr<run> const* run_ = nullptr;
    std::shared_ptr<run> const* end_ = nullptr;
    pointer at_ = nullptr;  // none: the end
};

inline children::iterator children::begin() const { return {runs_.data(), runs_.data() + runs_.size()}; }
inline children::iterator children::end() const { return {}; }

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/children.ipp>
#endif
#endif
