// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_GIT_REFERENCE_IPP_INCLUDED
#define CONSTAGE_FILES_GIT_REFERENCE_IPP_INCLUDED

#include <curl/curl.h>

#include <constage/failure.hpp>
#include <constage/files/git.hpp>

#include <algorithm>

namespace constage::files {

namespace git_reference_detail {

CONSTAGE_INLINE bool is_remote(std::string_view text) {
    if (text.starts_with("http://") || text.starts_with("https://")) return text.ends_with(".git");
    if (text.starts_with("ssh://") || text.starts_with("git://")) return text.find('/', 6) != text.npos;
    // user@host:path
    auto const at = text.find('@'), colon = text.find(':');
    if (at == text.npos || colon == text.npos || at == 0 || colon < at + 2 || colon + 1 == text.size()) return false;
    auto const name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    };
    return text[0] != '-' && std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), name) &&
           std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at) + 1, text.begin() + static_cast<std::ptrdiff_t>(colon), name);
}

CONSTAGE_INLINE std::string decoded(std::string const& text) {
    int size = 0;
    auto spaced = text;
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    char* const plain = curl_easy_unescape(nullptr, spaced.c_str(), static_cast<int>(spaced.size()), &size);
    if (!plain) return text;
    std::string result(plain, static_cast<std::size_t>(size));
    curl_free(plain);
    return result;
}

CONSTAGE_INLINE bool truth(std::string const& key, std::string const& value) {
    for (auto const* yes : {"", "1", "t", "T", "true", "TRUE", "True"})
        if (value == yes) return true;
    for (auto const* no : {"0", "f", "F", "false", "FALSE", "False"})
        if (value == no) return false;
    throw failure("invalid " + key + " value: \"" + value + "\"").with_hint("write true or false");
}

/// The words of a query and a fragment on their way into a source.
struct reader {
    git_source source;
    std::string ref, tag, branch;

    void query(std::string const& key, std::string const& value) {
        if (key == "ref")
            ref = value;
        else if (key == "tag")
            tag = value;
        else if (key == "branch")
            branch = value;
        else if (key == "subdir")
            source.directory = value;
        else if (key == "checksum" || key == "commit")
            source.checksum = value;
        else if (key == "keep-git-dir")
            source.keep_git_dir = truth(key, value);
        else if (key == "submodules")
            source.submodules = truth(key, value);
        else if (key == "fetch-by-commit")
            source.fetch_by_commit = truth(key, value);
        else if (key == "mtime") {
            // Either way files are as old as their commit: nothing in an image depends on the clock.
            if (value != "commit" && value != "checkout")
                throw failure("invalid mtime value: \"" + value + "\"").with_hint("write commit or checkout");
        } else
            throw failure("unexpected query \"" + key + "\"")
                .with_hint("known are ref, tag, branch, commit, checksum, subdir, keep-git-dir, submodules, mtime, fetch-by-commit");
    }

    void fragment(std::string const& text) {
        auto const colon = text.find(':');
        auto const name = text.substr(0, colon);
        auto const directory = colon == std::string::npos ? "" : text.substr(colon + 1);
        if (!name.empty() && !ref.empty() && name != ref)
            throw failure("ref conflicts: \"" + ref + "\" in the query, \"" + name + "\" in the fragment");
        if (!name.empty()) ref = name;
        if (!directory.empty() && !source.directory.empty())
            throw failure("subdir conflicts: \"" + source.directory + "\" in the query, \"" + directory + "\" in the fragment");
        if (!directory.empty()) source.directory = directory;
    }

    git_source finish() {
        if (!tag.empty() && !branch.empty()) throw failure("branch conflicts with tag: \"" + branch + "\", \"" + tag + "\"");
        auto const full = !tag.empty() ? "refs/tags/" + tag : !branch.empty() ? "refs/heads/" + branch : "";
        if (!full.empty() && !ref.empty() && ref != full) throw failure("ref conflicts: \"" + ref + "\", \"" + full + "\"");
        source.reference = full.empty() ? ref : full;
        if (source.reference.starts_with('-')) throw failure("\"" + source.reference + "\" is no git reference");
        return source;
    }
};

}  // namespace git_reference_detail

CONSTAGE_INLINE std::optional<git_source> parse_git(std::string const& text) try {
    using namespace git_reference_detail;
    auto const hash = text.find('#');
    auto const before = text.substr(0, hash);
    auto const mark = before.find('?');
    reader r;
    r.source.remote = before.substr(0, mark);
    if (!is_remote(r.source.remote)) return std::nullopt;
    for (auto rest = mark == std::string::npos ? "" : before.substr(mark + 1); !rest.empty();) {
        auto const word = rest.substr(0, rest.find('&'));
        rest.erase(0, word.size() + 1);
        if (word.empty()) continue;
        auto const equal = word.find('=');
        r.query(decoded(word.substr(0, equal)), equal == std::string::npos ? "" : decoded(word.substr(equal + 1)));
    }
    if (hash != std::string::npos) r.fragment(text.substr(hash + 1));
    return r.finish();
} catch (failure const& f) { throw failure(std::string(f.what()) + " in the git reference " + text).with_hint(f.hint); }

}  // namespace constage::files

#endif
