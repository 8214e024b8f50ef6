// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_TREE_IPP_INCLUDED
#define CONSTAGE_FILES_TREE_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/tree.hpp>

#include <algorithm>
#include <atomic>
#include <unordered_set>

namespace constage::files {

namespace tree_detail {

inline constexpr int most_symlinks = 255;

/// Puts the components of `path` on top of `stack`, the first one last.
CONSTAGE_INLINE void push_components(std::vector<std::string>& stack, std::string_view path) {
    while (!path.empty()) {
        auto const slash = path.rfind('/');
        auto const part = slash == path.npos ? path : path.substr(slash + 1);
        path = slash == path.npos ? std::string_view() : path.substr(0, slash);
        if (!part.empty() && part != ".") stack.emplace_back(part);
    }
}

/// The components of `path`, "." and ".." resolved by text and clamped at the root; the first one last.
CONSTAGE_INLINE std::vector<std::string> cleaned_components(std::string_view path) {
    std::vector<std::string> raw, cleaned;
    push_components(raw, path);
    for (; !raw.empty(); raw.pop_back()) {
        if (raw.back() != "..")
            cleaned.push_back(std::move(raw.back()));
        else if (!cleaned.empty())
            cleaned.pop_back();
    }
    std::reverse(cleaned.begin(), cleaned.end());
    return cleaned;
}

CONSTAGE_INLINE node_ptr child(node const& directory, std::string_view name) {
    auto const* found = directory.entries.find(name);
    return found ? *found : nullptr;
}

/// A tree that is being changed: directories are copied once, when something in them changes for the first time.
class editor {
public:
    explicit editor(node_ptr const& root) { root_ = own(root); }

    void apply(change const& c) {
        if (c.path.empty()) {
            put_root(c);
            return;
        }
        auto const slash = c.path.rfind('/');
        auto& entries = directory(slash == std::string::npos ? std::string_view() : std::string_view(c.path).substr(0, slash)).entries;
        auto const name = std::string_view(c.path).substr(slash == std::string::npos ? 0 : slash + 1);
        auto const* there = entries.find(name);
        bool const was_directory = there && (*there)->type == type::directory;
        // What was looked at last may have been below the directory that goes now.
        if (was_directory) last_ = nullptr;
        if (c.what == change::kind::remove) return entries.erase(name);
        auto made = c.node;
        bool const merge = c.what == change::kind::put && c.node->type == type::directory && was_directory;
        if (merge && !(*there)->entries.empty()) {
            auto copy = adopted(std::make_shared<node>(*c.node));
            copy->entries = (*there)->entries;
            made = std::move(copy);
        }
        entries.put(std::string(name), std::move(made));
    }

    node_ptr take() { return std::move(root_); }

private:
    std::shared_ptr<node> own(node_ptr const& n) {
        if (owned_.count(n.get())) return std::const_pointer_cast<node>(n);
        return adopted(std::make_shared<node>(*n));
    }
    std::shared_ptr<node> adopted(std::shared_ptr<node> made) {
        owned_.insert(made.get());
        kept_.push_back(made);
        return made;
    }

    void put_root(change const& c) {
        if (c.what == change::kind::remove || c.node->type != type::directory) throw failure("a layer replaces the root directory");
        last_ = nullptr;
        auto copy = adopted(std::make_shared<node>(*c.node));
        if (c.what == change::kind::put) copy->entries = root_->entries;
        root_ = std::move(copy);
    }

    /// The directory at `path`, made where it is missing. What is no directory (a symlink too) is replaced by one: so does an overlay of
    /// layers that were unpacked apart from each other.
    node& directory(std::string_view path) {
        if (last_ && path == last_path_) return *last_;
        auto* at = root_.get();
        for (std::string_view rest = path; !rest.empty();) {
            auto const name = rest.substr(0, rest.find('/'));
            rest.remove_prefix(std::min(name.size() + 1, rest.size()));
            if (name.empty()) continue;
            auto const* found = at->entries.find(name);
            bool const is_directory = found && (*found)->type == type::directory;
            auto below = is_directory ? own(*found) : adopted(std::make_shared<node>());
            if (!is_directory) {
                below->type = type::directory;
                below->mode = 0755;
            }
            auto* const next = below.get();
            if (!found || found->get() != next) at->entries.put(std::string(name), std::move(below));
            at = next;
        }
        last_path_ = path;
        last_ = at;
        return *at;
    }

    std::shared_ptr<node> root_;
    std::unordered_set<node const*> owned_;
    std::vector<node_ptr> kept_;  // keeps the addresses in owned_ taken
    std::string last_path_;
    node* last_ = nullptr;
};

}  // namespace tree_detail

CONSTAGE_INLINE std::uint64_t next_inode() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

CONSTAGE_INLINE tree::tree() {
    auto made = std::make_shared<node>();
    made->type = type::directory;
    made->mode = 0755;
    root_ = std::move(made);
}

CONSTAGE_INLINE std::optional<tree::found> tree::find(std::string_view path, bool follow_last) const {
    auto todo = tree_detail::cleaned_components(path);
    std::vector<std::pair<std::string, node_ptr>> at;  // from below the root to where we are
    auto const here = [&]() -> node_ptr const& { return at.empty() ? root_ : at.back().second; };
    auto const result = [&](node_ptr found_node, std::string_view last) {
        std::string text;
        for (auto const& [name, unused] : at) (text.empty() ? text : text += '/') += name;
        if (!last.empty()) (text.empty() ? text : text += '/') += last;
        return found{std::move(text), std::move(found_node)};
    };
    for (int symlinks = 0; !todo.empty();) {
        if (here()->type != type::directory) return std::nullopt;
        auto name = std::move(todo.back());
        todo.pop_back();
        if (name == "..") {  // of a symlink's target: the parent of where it led
            if (!at.empty()) at.pop_back();
            continue;
        }
        auto next = tree_detail::child(*here(), name);
        if (!next) {
            if (todo.empty()) return result(nullptr, name);
            return std::nullopt;
        }
        if (next->type != type::symlink || (todo.empty() && !follow_last)) {
            at.emplace_back(std::move(name), std::move(next));
            continue;
        }
        if (++symlinks > tree_detail::most_symlinks || next->target.empty()) return std::nullopt;
        if (next->target[0] == '/') at.clear();
        tree_detail::push_components(todo, next->target);
    }
    return result(here(), {});
}

CONSTAGE_INLINE node_ptr tree::at(std::string_view path) const {
    auto todo = tree_detail::cleaned_components(path);
    node_ptr here = root_;
    for (; here && !todo.empty(); todo.pop_back()) here = tree_detail::child(*here, todo.back());
    return here;
}

CONSTAGE_INLINE tree tree::apply(diff const& changes) const {
    if (changes.empty()) return *this;
    tree_detail::editor editing(root_);
    for (auto const& c : changes) editing.apply(c);
    return tree(editing.take());
}

}  // namespace constage::files

#endif
