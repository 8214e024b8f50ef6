// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_COPY_IPP_INCLUDED
#define CONSTAGE_FILES_COPY_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/copy.hpp>
#include <constage/files/edited_tree.hpp>
#include <constage/files/ignore.hpp>
#include <constage/files/sources.hpp>

#include <algorithm>
#include <unordered_map>

namespace constage::files {

namespace copy_detail {

/// --link is only a promise about layers unless --chmod is given, too (C020).
CONSTAGE_INLINE bool links(copy_request const& what) { return what.link && what.chmod.empty(); }

/// A destination, absolute (without its leading slash); `directory` if it was written as one.
struct destination {
    std::string path;
    bool directory = false;
};

CONSTAGE_INLINE destination destination_of(copy_request const& what) {
    std::string_view const text = what.destination;
    destination d;
    d.path = text.starts_with('/') ? cleaned_path(text) : cleaned_path(what.workdir + "/" + what.destination);
    d.directory = text.empty() || text == "." || text.ends_with('/') || text.ends_with("/.");
    return d;
}

CONSTAGE_INLINE std::optional<owner> owner_for(copy_request const& what, tree const& into) {
    if (what.chown.empty()) return std::nullopt;
    return owner_of(what.chown, links(what) ? tree{} : into);
}

/// One COPY or ADD at work.
class copier {
public:
    copier(tree into, std::optional<owner> who, copy_request const& what) : edited_(std::move(into)), who_(who), what_(what) {
        if (!what.chmod.empty() && is_octal_mode(what.chmod)) parents_mode_ = change_mode(what.chmod, 0755, true) & 0777;
    }

    /// One file or the contents of one directory.
    void copy(picked const& source, destination const& to) {
        inodes_.clear();
        on_the_way_ = &source.on_the_way;
        make_directories(edited_.resolve(to.directory ? std::string_view(to.path) : parent_path(to.path)));
        auto target = edited_.resolve(to.path);
        auto const there = edited_.at(target);
        if (source.node->type == type::directory) {
            if (!there) make_directories(target);
            directory(*source.node, target, true);
            return;
        }
        if (there && there->type == type::directory) target = join(target, source.path.substr(source.path.rfind('/') + 1));
        make_directories(std::string(parent_path(target)));
        file(*source.node, target);
    }

    /// An archive's files over what is there (C028): a directory merges with a directory, anything else is replaced.
    void unpack(diff const& archive, destination const& to) {
        inodes_.clear();
        auto const root = edited_.resolve(to.path);
        edited_.make_directories(root, who_.value_or(owner{}), 0755);
        for (auto const& c : archive) {
            if (c.path.empty() || c.what == change::kind::remove) continue;
            auto const parent = edited_.resolve(parent_path(c.path), root);
            edited_.make_directories(parent, std::nullopt, 0755);
            auto made = attributes_of(*c.node);
            if (who_) own(*made);
            made->inode = inode_of(c.node->inode);
            edited_.put(join(parent, std::string_view(c.path).substr(c.path.rfind('/') + 1)), std::move(made));
        }
    }

    diff changes() const { return edited_.changes(); }

private:
    void make_directories(std::string const& path) { edited_.make_directories(path, who_.value_or(owner{}), parents_mode_); }

    void own(node& n) const {
        n.uid = who_->uid;
        n.gid = who_->gid;
    }

    /// Names of one inode stay together, but apart from the source's own.
    std::uint64_t inode_of(std::uint64_t source) {
        if (source == 0) return 0;
        auto const [place, added] = inodes_.try_emplace(source, 0);
        if (added) place->second = next_inode();
        return place->second;
    }

    /// The node as it will be at the destination.
    std::shared_ptr<node> made_of(node const& source) {
        auto made = attributes_of(source);
        if (who_)
            own(*made);
        else if (what_.from_context)
            made->uid = made->gid = 0;
        if (!what_.chmod.empty() && source.type != type::symlink)
            made->mode = change_mode(what_.chmod, source.mode, source.type == type::directory);
        if (source.type == type::socket) {  // C016
            made->type = type::file;
            made->size = 0;
            made->content = {};
        }
        made->inode = inode_of(source.inode);
        return made;
    }

    void file(node const& source, std::string const& target) {
        if (auto const there = edited_.at(target); there && there->type == type::directory)
            throw failure("cannot replace to directory /" + target + " with file")
                .with_hint("give another destination; a copy never replaces a directory by a file");
        edited_.put(target, made_of(source));
    }

    void directory(node const& source, std::string const& target, bool top) {
        auto const there = edited_.at(target);
        if (there && there->type != type::directory)
            throw failure("cannot copy to non-directory: /" + target).with_hint("/" + target + " is there already and is no directory");
        if (!there) {
            edited_.put(target, made_of(source));
        } else if (top) {  // C007
            auto kept = attributes_of(*there);
            kept->mtime_ns = source.mtime_ns;
            edited_.put(target, std::move(kept));
        } else if (on_the_way_->count(&source) != 0) {
            auto kept = attributes_of(*there);
            kept->mode = source.mode;
            edited_.put(target, std::move(kept));
        } else {
            auto merged = made_of(source);
            merged->xattrs.insert(there->xattrs.begin(), there->xattrs.end());
            edited_.put(target, std::move(merged));
        }
        for (auto const& [name, child] : source.entries) {
            auto const here = join(target, name);
            if (child->type == type::directory)
                directory(*child, here, false);
            else
                file(*child, here);
        }
    }

    edited_tree edited_;
    std::optional<owner> who_;
    copy_request const& what_;
    std::uint32_t parents_mode_ = 0755;
    std::unordered_map<std::uint64_t, std::uint64_t> inodes_;
    std::unordered_set<node const*> const* on_the_way_ = nullptr;
};

/// The changes of an archive, if the file is one and is to be unpacked.
CONSTAGE_INLINE std::optional<diff> archive_of(copy_request const& what, node const& n) {
    if (!what.unpack || n.type != type::file) return std::nullopt;
    return what.unpack(n);
}

/// Puts the node with all that is in it at `path`.
CONSTAGE_INLINE void add_whole(std::string const& path, node_ptr const& n, diff& out) {
    if (!path.empty()) out.push_back({path, change::kind::put, attributes_of(*n)});
    for (auto const& [name, child] : n->entries) add_whole(join(path, name), child, out);
}

}  // namespace copy_detail

CONSTAGE_INLINE diff copy(tree const& into, copy_request const& what) {
    using namespace copy_detail;
    if (!what.chmod.empty()) change_mode(what.chmod, 0, false);  // a wrong one is an error even if nothing is copied
    auto const to = destination_of(what);
    auto const exclude = ignore_rules::of(what.exclude);
    copier work(links(what) ? tree{} : into, owner_for(what, into), what);
    for (auto const& source : what.sources)
        for (auto const& one : pick(what.from, source, exclude, what.parents)) {
            if (auto const archive = archive_of(what, *one.node))
                work.unpack(*archive, to);
            else
                work.copy(one, to);
        }
    for (auto const& f : what.files) {
        if (auto const archive = what.unpack_required ? archive_of(what, *f.node) : std::nullopt) {
            work.unpack(*archive, to);
        } else {
            tree const alone(f.node);
            for (auto one : f.node->type == type::directory ? pick(alone, "/", exclude, false) : std::vector<picked>{{f.name, f.node, {}}})
                work.copy(one, to);
        }
    }
    return work.changes();
}

CONSTAGE_INLINE tree select(tree const& from, std::vector<std::string> const& sources, std::vector<std::string> const& exclude,
                            bool parents) {
    auto const rules = ignore_rules::of(exclude);
    std::vector<picked> all;
    for (auto const& source : sources)
        for (auto& one : pick(from, source, rules, parents)) all.push_back(std::move(one));
    if (all.size() == 1 && all[0].path.empty()) return tree(all[0].node);
    diff changes;
    for (auto const& one : all) copy_detail::add_whole(one.path, one.node, changes);
    return tree{}.apply(changes);
}

CONSTAGE_INLINE diff make_directories(tree const& into, std::string const& path, owner const& who, std::uint32_t mode) {
    edited_tree edited(into);
    edited.make_directories(edited.resolve(path), who, mode);
    return edited.changes();
}

}  // namespace constage::files

#endif
