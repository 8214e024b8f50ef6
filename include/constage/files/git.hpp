// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_GIT_HPP_INCLUDED
#define CONSTAGE_FILES_GIT_HPP_INCLUDED

#include <constage/files/tree.hpp>

#include <optional>
#include <stop_token>
#include <string>

/// ADD of a git repository (C032 to C034), by the git program.
namespace constage::files {

struct git_source {
    std::string remote;     ///< without query and fragment
    std::string reference;  ///< branch, tag, commit, "refs/…"; empty: HEAD
    std::string directory;  ///< part of the repository; empty: all
    std::string checksum;   ///< the commit or the first digits of it
    std::optional<bool> keep_git_dir, submodules;
    bool fetch_by_commit = false;

    friend bool operator==(git_source const&, git_source const&) = default;
};

/// `https://host/x.git`, `git@host:x`, `ssh://…`, `git://…`, with `#ref:directory` or `?ref=…&tag=…`. None: it is no git reference at all.
/// Throws constage::failure for one with a mistake in it.
std::optional<git_source> parse_git(std::string const& text);

struct git_request {
    git_source source;
    std::string authorization;  ///< value of the HTTP header
    std::string directory;      ///< where checkouts are kept, by commit; made if missing
    std::string parts;          ///< where what is not whole yet is written, on the same file system; empty: `directory`
    std::stop_token stop;
};

struct git_tree {
    std::string commit;  ///< 40 hex digits
    node_ptr root;       ///< files 0644 or 0755, directories 0755, all 0:0 and as old as the commit
};

/// Throws constage::failure: no git program, no such repository, reference or directory, another commit than the checksum says.
git_tree fetch_git(git_request const& what);

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/git.ipp>
#include <constage/files/git_reference.ipp>
#endif
#endif
